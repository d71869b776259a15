import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { useState } from 'react';
import { type HypervisorView, operatorRoutes } from '../../../core/contracts/api.ts';
import { callGuarded } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { Failed } from '../states.tsx';
import { Waits } from '../waits.tsx';
import { useChange } from './change.ts';

const words = texts.hypervisor.protection;

/** Of a tenant: whether what takes protection away waits for a second person. Switching that off does itself. */
export const Protection = ({ hypervisor: { hypervisorId, approvals } }: { readonly hypervisor: HypervisorView }) => {
  const [asking, setAsking] = useState(false);
  const set = useChange(hypervisorId, (to: 'off' | 'two-person') =>
    callGuarded(operatorRoutes.setProtection, { params: { hypervisorId }, body: { approvals: to } }),
  );
  const approval = set.data?.waits;
  const isOn = approvals === 'two-person';
  const start = (): void => {
    set.reset();
    if (isOn) setAsking(true);
    else set.mutate('two-person');
  };
  return (
    <Container
      fitHeight
      header={
        <Header
          variant="h2"
          description={words.about}
          actions={
            <Button onClick={start} loading={set.isPending && !asking}>
              {isOn ? words.switchOff : words.switchOn}
            </Button>
          }
        >
          {words.header}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {approval ? <Waits approval={approval} tenant={approval.tenantId} /> : null}
        <StatusIndicator type={isOn ? 'success' : 'stopped'}>{isOn ? words.on : words.off}</StatusIndicator>
        {set.error && !asking ? <Failed error={set.error} /> : null}
      </SpaceBetween>
      <Confirm
        visible={asking}
        header={words.offHeader}
        act={words.switchOff}
        pending={set.isPending}
        error={set.error}
        onLeave={() => setAsking(false)}
        onAct={() => set.mutate('off', { onSuccess: () => setAsking(false) })}
      >
        {words.offText}
      </Confirm>
    </Container>
  );
};
