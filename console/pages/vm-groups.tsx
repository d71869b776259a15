import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import { excludeWords, ruleWords } from '../../core/domain/rule-words.ts';
import { planAddress, vmGroupAddress } from '../addresses.ts';
import { call, onTenant } from '../api.ts';
import { Go } from '../parts/go.tsx';
import { usePlans } from '../parts/plans/use-plans.ts';
import { Empty, Failed } from '../parts/states.tsx';
import { TenantChoice, useTenant } from '../parts/tenant-choice.tsx';
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
  const navigate = useNavigate();
  const { tenant, isChosen } = useTenant();
  const groups = useVmGroups(tenant, isChosen);
  const plans = usePlans(tenant, isChosen);
  const items = groups.data?.pages.flatMap((page) => page.items) ?? [];
  if (groups.error && !groups.data) return <Failed error={groups.error} retry={() => void groups.refetch()} />;
  return (
    <Table
      variant="full-page"
      stickyHeader
      wrapLines
      trackBy="groupId"
      items={items}
      loading={groups.isLoading}
      loadingText={words.loading}
      columnDefinitions={[
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
      header={
        <Header
          variant="awsui-h1-sticky"
          description={words.about}
          counter={groups.data ? `(${items.length}${groups.hasNextPage ? '+' : ''})` : undefined}
          actions={
            <Button
              variant="primary"
              disabled={!isChosen}
              href={vmGroupAddress(tenant)}
              onFollow={(event) => {
                event.preventDefault();
                void navigate(vmGroupAddress(tenant));
              }}
            >
              {words.add}
            </Button>
          }
        >
          {words.header}
        </Header>
      }
      filter={
        <div className="filters">
          <TenantChoice />
        </div>
      }
      empty={
        isChosen ? (
          <Empty header={words.empty} text={words.emptyText} />
        ) : (
          <Empty header={words.choose} text={words.chooseText} />
        )
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
