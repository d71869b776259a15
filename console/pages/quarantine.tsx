import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { operatorRoutes } from '../../core/contracts/api.ts';
import type { QuarantineView, ReleasedView } from '../../core/contracts/quarantine.ts';
import { jobAddress, libraryRunAddress } from '../addresses.ts';
import { call } from '../api.ts';
import { Go } from '../parts/go.tsx';
import { NoData } from '../parts/no-data.tsx';
import { Empty, Failed } from '../parts/states.tsx';
import { useNameOf } from '../parts/tenants.ts';
import { Release } from '../parts/upkeep/quarantined.tsx';
import { When } from '../parts/when.tsx';
import { texts } from '../texts.ts';

const words = texts.quarantine;
const REFRESH_MS = 30_000;

const kindOf = (jobId: string): 'job' | 'run' => (jobId.startsWith('run-') ? 'run' : 'job');

const JobOf = ({ item }: { readonly item: QuarantineView }) => {
  if (item.kind === 'message') return texts.none;
  const { jobId, tenantId } = item;
  return (
    <Go
      ariaLabel={`${words.job[kindOf(jobId)]}: ${jobId}`}
      href={kindOf(jobId) === 'run' ? libraryRunAddress(tenantId, jobId) : jobAddress(jobId, tenantId)}
    >
      {words.job[kindOf(jobId)]}
    </Go>
  );
};

const Released = ({ released: { retries, note } }: { readonly released: ReleasedView }) => (
  <Alert type={note ? 'info' : 'success'} header={words.released}>
    {retries ? words.retries : note}
  </Alert>
);

const Quarantine = () => {
  const nameOf = useNameOf();
  const queries = useQueryClient();
  const list = useInfiniteQuery({
    queryKey: ['quarantine'],
    queryFn: ({ signal, pageParam }) =>
      call(operatorRoutes.listQuarantine, { query: { limit: 100, next: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    refetchInterval: REFRESH_MS,
  });
  const release = useMutation({
    mutationFn: ({ id, retry }: { readonly id: string; readonly retry: boolean }) =>
      call(operatorRoutes.releaseQuarantined, {
        params: { quarantinedId: id },
        query: { retry: String(retry) },
        idempotencyKey: `release-${id}`,
      }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['quarantine'] }),
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (list.error && !list.data) return <NoData error={list.error} retry={() => void list.refetch()} />;
  return (
    <Table
      variant="full-page"
      wrapLines
      trackBy="id"
      items={items}
      loading={list.isPending}
      loadingText={words.loading}
      header={
        <SpaceBetween size="s">
          <Header variant="h1" description={words.about} counter={list.data ? `(${items.length})` : undefined}>
            {words.header}
          </Header>
          {release.data ? <Released released={release.data} /> : null}
          {release.error ? <Failed error={release.error} /> : null}
        </SpaceBetween>
      }
      empty={<Empty header={words.empty} text={words.emptyText} />}
      columnDefinitions={[
        {
          id: 'what',
          header: words.columns.what,
          isRowHeader: true,
          minWidth: 160,
          cell: (item) => (item.kind === 'order' ? item.work : words.message(nameOf(item.serviceId))),
        },
        { id: 'since', header: words.columns.since, minWidth: 190, cell: ({ at }) => <When at={at} /> },
        {
          id: 'tenant',
          header: words.columns.tenant,
          cell: (item) => (item.kind === 'order' ? nameOf(item.tenantId) : texts.none),
        },
        { id: 'job', header: words.columns.job, minWidth: 130, cell: (item) => <JobOf item={item} /> },
        {
          id: 'deaths',
          header: words.columns.deaths,
          minWidth: 140,
          cell: (item) => (item.kind === 'order' ? words.deaths(item.deaths.length) : texts.none),
        },
        {
          id: 'error',
          header: words.columns.error,
          minWidth: 200,
          cell: (item) =>
            item.kind === 'order' && item.error ? `${item.error.name}: ${item.error.message}` : texts.none,
        },
        {
          id: 'release',
          header: words.release,
          minWidth: 150,
          cell: (item) => (
            <Release
              item={item}
              pending={release.isPending && release.variables.id === item.id}
              onRelease={(retry) => release.mutate({ id: item.id, retry })}
            />
          ),
        },
      ]}
      footer={list.hasNextPage ? <Button onClick={() => void list.fetchNextPage()}>{words.more}</Button> : undefined}
    />
  );
};

export default Quarantine;
