import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type HypervisorView, operatorRoutes } from '../../../core/contracts/api.ts';
import { call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Failed } from '../states.tsx';
import { useChange } from './change.ts';

const words = texts.hypervisor.preparing;

/** Of a service hypervisor whose template is to be deployed: what is missing of it, looked for when told to. */
export const Preparing = ({ hypervisor }: { readonly hypervisor: HypervisorView }) => {
  const { hypervisorId, state } = hypervisor;
  const look = useChange(hypervisorId, async () => ({
    done: await call(operatorRoutes.checkHypervisor, { params: { hypervisorId } }),
  }));
  if (state !== 'preparing') return null;
  return (
    <SpaceBetween size="xs">
      <Alert
        type="warning"
        header={words.header}
        action={
          <Button onClick={() => look.mutate(undefined)} loading={look.isPending}>
            {words.check}
          </Button>
        }
      >
        {words.text}
      </Alert>
      {look.error ? <Failed error={look.error} /> : null}
    </SpaceBetween>
  );
};
