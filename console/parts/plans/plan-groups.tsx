import { useQuery } from '@tanstack/react-query';
import { vmGroupAddress } from '../../addresses.ts';
import { call } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';
import { readAll } from '../read-all.ts';

const words = texts.plan.summary;

/** The VM groups that a plan protects, each by a link. */
export const PlanGroups = ({ planId, tenant }: { readonly planId: string; readonly tenant: string | undefined }) => {
  const { data, error } = useQuery({
    queryKey: ['vm-groups-of', tenant],
    queryFn: ({ signal }) => {
      const { route, on } = onTenant('listVmGroups', tenant);
      return readAll((next) => call(route, { params: on, query: { limit: 100, next }, signal }));
    },
  });
  if (!data) return error ? error.message : texts.loading;
  const own = data.filter((group) => group.planId === planId);
  if (own.length === 0) return <Go href={vmGroupAddress(tenant)}>{words.protectsNothing}</Go>;
  return own.map(({ groupId, name }) => (
    <div key={groupId}>
      <Go href={vmGroupAddress(tenant, groupId)}>{name}</Go>
    </div>
  ));
};
