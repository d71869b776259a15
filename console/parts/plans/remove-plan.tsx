import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import type { PlanView } from '../../../core/contracts/plans.ts';
import { plansAddress } from '../../addresses.ts';
import { callGuarded } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { texts } from '../../texts.ts';
import { RemoveOne } from '../remove-one.tsx';

interface Props {
  readonly plan: PlanView;
  readonly tenant: string | undefined;
}

export const RemovePlan = ({ plan: { planId, name }, tenant }: Props) => {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { route, on } = onTenant('removePlan', tenant);
  return (
    <RemoveOne
      words={texts.plan}
      name={name}
      tenant={tenant}
      act={() => callGuarded(route, { params: { ...on, planId } })}
      onRemoved={async () => {
        await queries.invalidateQueries({ queryKey: ['plans', tenant] });
        await navigate(plansAddress(tenant));
      }}
    />
  );
};
