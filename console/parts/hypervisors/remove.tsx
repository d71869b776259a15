import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { type HypervisorView, operatorRoutes } from '../../../core/contracts/api.ts';
import { HYPERVISORS } from '../../addresses.ts';
import { callGuarded } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { Waits } from '../waits.tsx';
import { useChange } from './change.ts';

const words = texts.hypervisor.remove;

/** Refused while it is used: by whom, the API says. */
export const Remove = ({ hypervisor: { hypervisorId, kind, name } }: { readonly hypervisor: HypervisorView }) => {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const remove = useChange(
    hypervisorId,
    () => callGuarded(operatorRoutes.removeHypervisor, { params: { hypervisorId } }),
    {
      done() {
        void navigate(HYPERVISORS);
        queries.removeQueries({ queryKey: ['hypervisor', hypervisorId] });
      },
    },
  );
  const approval = remove.data?.waits;
  return (
    <SpaceBetween size="xs">
      <Button
        onClick={() => {
          remove.reset();
          setAsking(true);
        }}
      >
        {words.action}
      </Button>
      {approval ? <Waits approval={approval} tenant={approval.tenantId} /> : null}
      <Confirm
        visible={asking}
        header={words.header(name)}
        act={words.confirm}
        pending={remove.isPending}
        error={remove.error}
        onLeave={() => setAsking(false)}
        onAct={() => remove.mutate(undefined, { onSuccess: () => setAsking(false) })}
      >
        {words.text[kind]}
      </Confirm>
    </SpaceBetween>
  );
};
