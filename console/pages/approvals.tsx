import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { ApprovalState as States } from '../../core/contracts/approvals.ts';
import { approvalAddress } from '../addresses.ts';
import { call } from '../api.ts';
import { ApprovalState } from '../parts/approvals/approval-state.tsx';
import { askedByWords, listRoute, type Shown } from '../parts/approvals/routes.ts';
import { Go } from '../parts/go.tsx';
import { Id } from '../parts/id.tsx';
import { NoData } from '../parts/no-data.tsx';
import { Empty } from '../parts/states.tsx';
import { TenantChoice, useTenant } from '../parts/tenant-choice.tsx';
import { When } from '../parts/when.tsx';
import { texts } from '../texts.ts';
import { useWho } from '../who.tsx';

const words = texts.approvals;
/** What operators read of a tenant is recorded in the audit log, each time: they look again by themselves. */
const REFRESH_MS = 5_000;

const columnsOf = (isApprover: boolean, tenant: string | undefined): TableProps.ColumnDefinition<Shown>[] => [
  {
    id: 'what',
    header: words.columns.what,
    isRowHeader: true,
    cell: ({ approvalId, what, operation }) => (
      <Go href={approvalAddress(approvalId, tenant)}>{what[0] ?? operation}</Go>
    ),
  },
  { id: 'state', header: words.columns.state, minWidth: 130, cell: ({ state }) => <ApprovalState state={state} /> },
  ...(isApprover
    ? [{ id: 'tenant', header: words.columns.tenant, cell: ({ tenantId }: Shown) => <Id>{tenantId}</Id> }]
    : []),
  { id: 'askedBy', header: words.columns.askedBy, cell: (approval) => askedByWords(approval) },
  { id: 'asked', header: words.columns.asked, cell: ({ requestedAt }) => <When at={requestedAt} /> },
  {
    id: 'expires',
    header: words.columns.expires,
    cell: ({ state, expiresAt }) => <When at={state === 'waiting' ? expiresAt : undefined} />,
  },
];

const Approvals = () => {
  const { kind } = useWho();
  const { tenant, isChosen } = useTenant();
  const [search, setSearch] = useSearchParams();
  const state = States.options.find((each) => each === search.get('state'));
  const approvals = useInfiniteQuery({
    queryKey: ['approvals', tenant, state],
    queryFn: ({ signal, pageParam }) => {
      const { route, on } = listRoute(kind, tenant);
      return call(route, { params: on, query: { limit: 25, next: pageParam, state }, signal });
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    enabled: isChosen,
    refetchInterval: kind === 'operator' ? false : REFRESH_MS,
    placeholderData: (before) => before,
  });
  const items: readonly Shown[] = approvals.data?.pages.flatMap((page) => page.items) ?? [];
  const options = [{ value: '', label: words.everyState }, ...States.options.map((value) => ({ value, label: value }))];
  if (approvals.error && !approvals.data)
    return <NoData error={approvals.error} retry={() => void approvals.refetch()} />;
  return (
    <Table
      variant="full-page"
      stickyHeader
      wrapLines
      trackBy="approvalId"
      items={items}
      loading={approvals.isLoading}
      loadingText={words.loading}
      columnDefinitions={columnsOf(kind === 'approver', tenant)}
      header={
        <Header
          variant="awsui-h1-sticky"
          description={words.about}
          counter={approvals.data ? `(${items.length}${approvals.hasNextPage ? '+' : ''})` : undefined}
          actions={
            isChosen ? (
              <Button
                iconName="refresh"
                ariaLabel={words.refresh}
                loading={approvals.isRefetching}
                onClick={() => void approvals.refetch()}
              />
            ) : undefined
          }
        >
          {words.header}
        </Header>
      }
      filter={
        <div className="filters">
          <TenantChoice />
          <Select
            inlineLabelText={words.state}
            options={options}
            selectedOption={options.find(({ value }) => value === (state ?? '')) ?? null}
            onChange={({ detail }) =>
              setSearch((before) => {
                const after = new URLSearchParams(before);
                if (detail.selectedOption.value) after.set('state', detail.selectedOption.value);
                else after.delete('state');
                return after;
              })
            }
          />
        </div>
      }
      empty={
        isChosen ? (
          <Empty header={words.empty} text={state ? words.emptyFiltered : words.emptyText} />
        ) : (
          <Empty header={words.choose} text={words.chooseText} />
        )
      }
      footer={
        approvals.hasNextPage ? (
          <Button loading={approvals.isFetchingNextPage} onClick={() => void approvals.fetchNextPage()}>
            {words.more}
          </Button>
        ) : undefined
      }
    />
  );
};

export default Approvals;
