import Button from '@cloudscape-design/components/button';
import { useInfiniteQuery } from '@tanstack/react-query';
import { excludeWords, ruleWords } from '../../core/domain/rule-words.ts';
import { planAddress, vmGroupAddress } from '../addresses.ts';
import { call } from '../api.ts';
import { onTenant } from '../on-tenant.ts';
import { Go, useFollow } from '../parts/go.tsx';
import { NoData } from '../parts/no-data.tsx';
import { usePlans } from '../parts/plans/use-plans.ts';
import { useTenant } from '../parts/tenant-choice.tsx';
import { TenantList } from '../parts/tenant-list.tsx';
import { When } from '../parts/when.tsx';
import { texts } from '../texts.ts';

const words = texts.vmGroups;

const useVmGroups = (tenant: string | undefined, enabled: boolean) =>
  useInfiniteQuery({
    queryKey: ['vm-groups', tenant],
    queryFn: ({ signal, pageParam }) => {
      const { route, on } = onTenant('listVmGroups', tenant);
      return call(route, { params: on, query: { limit: 100, next: pageParam }, signal });
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    enabled,
  });

const VmGroups = () => {
  const follow = useFollow();
  const { tenant, isChosen } = useTenant();
  const groups = useVmGroups(tenant, isChosen);
  const plans = usePlans(tenant, isChosen);
  const items = groups.data?.pages.flatMap((page) => page.items) ?? [];
  if (groups.error && !groups.data) return <NoData error={groups.error} retry={() => void groups.refetch()} />;
  return (
    <TenantList
      words={words}
      items={items}
      trackBy="groupId"
      columns={[
        {
          id: 'name',
          header: words.columns.name,
          isRowHeader: true,
          cell: ({ groupId, name }) => <Go href={vmGroupAddress(tenant, groupId)}>{name}</Go>,
        },
        { id: 'match', header: words.columns.match, cell: ({ match }) => ruleWords(match) },
        { id: 'exclude', header: words.columns.exclude, cell: ({ exclude }) => excludeWords(exclude) ?? texts.none },
        {
          id: 'plan',
          header: words.columns.plan,
          cell: ({ planId }) =>
            planId === undefined ? (
              words.onDemand
            ) : (
              <Go href={planAddress(tenant, planId)}>
                {plans.data?.find((plan) => plan.planId === planId)?.name ?? planId}
              </Go>
            ),
        },
        { id: 'changed', header: words.columns.changed, cell: ({ updatedAt }) => <When at={updatedAt} /> },
      ]}
      counter={groups.data ? `(${items.length}${groups.hasNextPage ? '+' : ''})` : undefined}
      loading={groups.isLoading}
      isChosen={isChosen}
      actions={
        isChosen ? (
          <Button variant="primary" href={vmGroupAddress(tenant)} onFollow={follow}>
            {words.add}
          </Button>
        ) : undefined
      }
      footer={
        groups.hasNextPage ? (
          <Button loading={groups.isFetchingNextPage} onClick={() => void groups.fetchNextPage()}>
            {words.more}
          </Button>
        ) : undefined
      }
    />
  );
};

export default VmGroups;
