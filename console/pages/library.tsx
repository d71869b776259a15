import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { hasEnded } from '../../cli/library-run-words.ts';
import { time } from '../../cli/units.ts';
import { type LibraryRunView, LibraryTask } from '../../core/contracts/library-runs.ts';
import { call } from '../api.ts';
import { onNamedTenant } from '../on-tenant.ts';
import { Stats } from '../parts/libraries/outcome.tsx';
import { runColumns } from '../parts/libraries/run-columns.tsx';
import { StartRun } from '../parts/libraries/start-run.tsx';
import { NoData } from '../parts/no-data.tsx';
import { Empty } from '../parts/states.tsx';
import { TenantChoice, useTenant } from '../parts/tenant-choice.tsx';
import { texts } from '../texts.ts';

const words = texts.library;
const REFRESH_MS = 3_000;
const REFRESH_QUIET_MS = 30_000;

const useRuns = (tenant: string | undefined) =>
  useInfiniteQuery({
    queryKey: ['library-runs', tenant],
    queryFn: ({ signal, pageParam }) => {
      const { route, on } = onNamedTenant('listLibraryRuns', tenant ?? '');
      return call(route, { params: on, query: { limit: 25, next: pageParam }, signal });
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    enabled: tenant !== undefined,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ items }) => items.some((run) => !hasEnded(run))) ? REFRESH_MS : REFRESH_QUIET_MS,
  });

/** The task whose form is open is in the address, like the tenant. */
const useStarting = () => {
  const [search, setSearch] = useSearchParams();
  const task = LibraryTask.options.find((each) => each === search.get('start'));
  const set = (next: LibraryTask | undefined): void =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (next === undefined) after.delete('start');
      else after.set('start', next);
      return after;
    });
  return { task, set };
};

const Newest = ({ runs, onCount }: { readonly runs: readonly LibraryRunView[]; onCount(): void }) => {
  const run = runs.find(({ outcome }) => outcome?.task === 'stats');
  const stats = run?.outcome;
  return (
    <Container
      header={
        <Header
          variant="h2"
          {...(run ? { description: words.newest.of(time(run.endedAt ?? run.createdAt)) } : {})}
          actions={<Button onClick={onCount}>{words.newest.count}</Button>}
        >
          {words.newest.header}
        </Header>
      }
    >
      {stats?.task === 'stats' ? (
        <Stats stats={stats} />
      ) : (
        <Empty header={words.newest.none} text={words.newest.noneText} />
      )}
    </Container>
  );
};

const Runs = ({ tenant }: { readonly tenant: string }) => {
  const runs = useRuns(tenant);
  const starting = useStarting();
  const items = runs.data?.pages.flatMap((page) => page.items) ?? [];
  if (runs.error && !runs.data) return <NoData error={runs.error} retry={() => void runs.refetch()} />;
  return (
    <SpaceBetween size="l">
      {runs.data ? <Newest runs={items} onCount={() => starting.set('stats')} /> : null}
      <Table
        trackBy="runId"
        items={items}
        loading={runs.isPending}
        loadingText={words.loading}
        columnDefinitions={runColumns}
        header={
          <Header
            counter={runs.data ? words.shown(items.length, runs.hasNextPage) : undefined}
            actions={
              <Button variant="primary" onClick={() => starting.set('check')}>
                {words.start}
              </Button>
            }
          >
            {words.runs}
          </Header>
        }
        empty={<Empty header={words.empty} text={words.emptyText} />}
        footer={
          runs.hasNextPage ? (
            <Button loading={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>
              {words.more}
            </Button>
          ) : undefined
        }
      />
      {starting.task ? (
        <StartRun tenant={tenant} task={starting.task} onTask={starting.set} onLeave={() => starting.set(undefined)} />
      ) : null}
    </SpaceBetween>
  );
};

const Library = () => {
  const { tenant } = useTenant();
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={words.about} actions={<TenantChoice />}>
          {words.header}
        </Header>
      }
    >
      {tenant === undefined ? (
        <Empty header={words.choose} text={words.chooseText} />
      ) : (
        <Runs key={tenant} tenant={tenant} />
      )}
    </ContentLayout>
  );
};

export default Library;
