import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { type HypervisorView, operatorRoutes } from '../../../core/contracts/api.ts';
import { hypervisorAddress } from '../../addresses.ts';
import { callGuarded } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { Go } from '../go.tsx';
import { useHypervisors } from '../tenants.ts';
import { Waits } from '../waits.tsx';
import { When } from '../when.tsx';
import { useChange } from './change.ts';
import { ServiceChoice } from './service-choice.tsx';

const words = texts.hypervisor.binding;

/** Of a tenant: which service hypervisor it uses (A3), and another one, or none. */
export const Binding = ({ hypervisor }: { readonly hypervisor: HypervisorView }) => {
  const { hypervisorId, name, boundTo, boundAt } = hypervisor;
  const [asking, setAsking] = useState<'bind' | 'unbind'>();
  const [serviceId, setServiceId] = useState<string>();
  const [leavePoints, setLeavePoints] = useState(false);
  const hypervisors = useHypervisors();
  const params = { hypervisorId };
  const bind = useChange(hypervisorId, (serviceHypervisorId: string) =>
    callGuarded(operatorRoutes.bindHypervisor, { params, body: { serviceHypervisorId } }),
  );
  const unbind = useChange(hypervisorId, () =>
    callGuarded(operatorRoutes.unbindHypervisor, { params, query: { leavePoints: String(leavePoints) } }),
  );
  const ask = (what: 'bind' | 'unbind'): void => {
    bind.reset();
    unbind.reset();
    setAsking(what);
  };
  const close = { onSuccess: () => setAsking(undefined) };
  const approval = bind.data?.waits ?? unbind.data?.waits;
  const serviceName = hypervisors.data?.find((each) => each.hypervisorId === boundTo)?.name ?? boundTo;
  return (
    <Container
      fitHeight
      header={
        <Header
          variant="h2"
          description={words.about}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => ask('bind')}>{boundTo === undefined ? words.bind : words.rebind}</Button>
              {boundTo === undefined ? null : <Button onClick={() => ask('unbind')}>{words.unbind}</Button>}
            </SpaceBetween>
          }
        >
          {words.header}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {approval ? <Waits approval={approval} tenant={approval.tenantId} /> : null}
        {boundTo === undefined ? (
          <Box color="text-status-warning">{words.none}</Box>
        ) : (
          <KeyValuePairs
            columns={2}
            items={[
              { label: words.to, value: <Go href={hypervisorAddress(boundTo)}>{serviceName}</Go> },
              { label: words.since, value: <When at={boundAt} /> },
            ]}
          />
        )}
      </SpaceBetween>
      <Confirm
        visible={asking === 'bind'}
        header={boundTo === undefined ? words.bindHeader(name) : words.rebindHeader(name)}
        act={words.bind}
        pending={bind.isPending}
        error={bind.error}
        disabled={serviceId === undefined}
        onLeave={() => setAsking(undefined)}
        onAct={() => serviceId !== undefined && bind.mutate(serviceId, close)}
      >
        <SpaceBetween size="m">
          {boundTo === undefined ? null : <div>{words.rebindText}</div>}
          <FormField label={words.service}>
            <ServiceChoice chosen={serviceId} without={boundTo} onChange={setServiceId} />
          </FormField>
        </SpaceBetween>
      </Confirm>
      <Confirm
        visible={asking === 'unbind'}
        header={words.unbindHeader(name)}
        act={words.unbind}
        pending={unbind.isPending}
        error={unbind.error}
        onLeave={() => setAsking(undefined)}
        onAct={() => unbind.mutate(undefined, close)}
      >
        <SpaceBetween size="m">
          <div>{words.unbindText}</div>
          <Checkbox checked={leavePoints} onChange={({ detail }) => setLeavePoints(detail.checked)}>
            {words.leavePoints}
          </Checkbox>
        </SpaceBetween>
      </Confirm>
    </Container>
  );
};
