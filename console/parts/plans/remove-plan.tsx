import Button from '@cloudscape-design/components/button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { PlanView } from '../../../core/contracts/plans.ts';
import { plansAddress } from '../../addresses.ts';
import { callGuarded, onTenant } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { Waits } from '../waits.tsx';

const words = texts.plan;

export const RemovePlan = ({
  plan: { planId, name },
  tenant,
}: {
  readonly plan: PlanView;
  readonly tenant: string | undefined;
}) => {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => {
      const { route, on } = onTenant('removePlan', tenant);
      return callGuarded(route, { params: { ...on, planId } });
    },
    onSuccess: async ({ waits }) => {
      if (waits) return setAsking(false);
      await queries.invalidateQueries({ queryKey: ['plans', tenant] });
      void navigate(plansAddress(tenant));
    },
  });
  if (remove.data?.waits) return <Waits approval={remove.data.waits} tenant={tenant} />;
  return (
    <>
      <Button onClick={() => setAsking(true)}>{words.remove}</Button>
      {asking ? (
        <Confirm
          header={words.removeHeader(name)}
          act={words.remove}
          pending={remove.isPending}
          error={remove.error}
          onAct={() => remove.mutate()}
          onLeave={() => setAsking(false)}
        >
          {words.removeText}
        </Confirm>
      ) : null}
    </>
  );
};
