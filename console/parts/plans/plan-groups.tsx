import { useQuery } from '@tanstack/react-query';
import type { VmGroupView } from '../../../core/contracts/vm-groups.ts';
import { vmGroupAddress } from '../../addresses.ts';
import { call, onTenant } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';

const words = texts.plan.summary;

/** The VM groups that a plan protects, each by a link. */
export const PlanGroups = ({ planId, tenant }: { readonly planId: string; readonly tenant: string | undefined }) => {
  const { data, error } = useQuery({
    queryKey: ['vm-groups-of', tenant],
    queryFn: async ({ signal }) => {
      const { route, on } = onTenant('listVmGroups', tenant);
      const all: VmGroupView[] = [];
      for (let next: string | undefined; ; ) {
        const page = await call(route, { params: on, query: { limit: 100, next }, signal });
        all.push(...page.items);
        next = page.next;
        if (next === undefined) return all;
      }
    },
  });
  if (error) return error.message;
  if (!data) return texts.loading;
  const own = data.filter((group) => group.planId === planId);
  if (own.length === 0) return <Go href={vmGroupAddress(tenant)}>{words.protectsNothing}</Go>;
  return own.map(({ groupId, name }) => (
    <div key={groupId}>
      <Go href={vmGroupAddress(tenant, groupId)}>{name}</Go>
    </div>
  ));
};
