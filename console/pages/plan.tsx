import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { call } from '../api.ts';
import { onTenant } from '../on-tenant.ts';
import { NoData } from '../parts/no-data.tsx';
import { PlanForm } from '../parts/plans/plan-form.tsx';
import { UNDER_A_FORM } from '../parts/save-form.tsx';
import { Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';

/** One that is there, or (`add`) one that is to be made. */
const Plan = () => {
  const { planId = '', tenant } = useParams();
  const isNew = planId === 'add';
  const { data, error, refetch } = useQuery({
    queryKey: ['plan', tenant, planId],
    queryFn: ({ signal }) => {
      const { route, on } = onTenant('getPlan', tenant);
      return call(route, { params: { ...on, planId }, signal, asWritten: true });
    },
    enabled: !isNew,
    ...UNDER_A_FORM,
  });
  if (isNew) return <PlanForm plan={undefined} tenant={tenant} />;
  if (data) return <PlanForm key={data.updatedAt} plan={data} tenant={tenant} reload={() => void refetch()} />;
  if (!data && error) return <NoData error={error} retry={() => void refetch()} />;
  return <Waiting text={texts.plan.loading} />;
};

export default Plan;
