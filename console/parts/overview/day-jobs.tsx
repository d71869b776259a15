import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { type JobView, operatorRoutes } from '../../../core/contracts/api.ts';
import type { RecentJobs } from '../../../core/contracts/overview.ts';
import { jobAddress } from '../../addresses.ts';
import { call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';
import { tookWords } from '../job-columns.tsx';
import { JobState } from '../job-state.tsx';
import { pollOfDay } from '../poll.ts';
import { Empty, Failed, Waiting } from '../states.tsx';
import { useNameOf } from '../tenants.ts';
import { When } from '../when.tsx';
import { dayOf, endingOf } from './day.ts';

const DayChart = lazy(() => import('./day-chart.tsx'));

const words = texts.overview.jobs;
/** More are on the jobs' page. */
const MOST_FAILED = 5;

const FailedJobs = ({ jobs }: { readonly jobs: readonly JobView[] }) => {
  const nameOf = useNameOf();
  return (
    <Table
      variant="embedded"
      wrapLines
      trackBy="jobId"
      items={jobs.slice(0, MOST_FAILED)}
      header={<Header variant="h3">{words.failed}</Header>}
      columnDefinitions={[
        {
          id: 'job',
          header: words.columns.job,
          isRowHeader: true,
          cell: ({ jobId, tenantId, type }) => <Go href={jobAddress(jobId, tenantId)}>{texts.job.title(type)}</Go>,
        },
        { id: 'tenant', header: words.columns.tenant, cell: ({ tenantId }) => nameOf(tenantId ?? texts.none) },
        { id: 'state', header: words.columns.state, minWidth: 210, cell: ({ state }) => <JobState state={state} /> },
        {
          id: 'created',
          header: words.columns.created,
          minWidth: 190,
          cell: ({ createdAt }) => <When at={createdAt} />,
        },
        { id: 'took', header: words.columns.took, cell: (job) => tookWords(job) ?? texts.none },
        {
          id: 'reason',
          header: words.columns.reason,
          minWidth: 320,
          cell: ({ error }) => (error ? `${error.name}: ${error.message}` : texts.none),
        },
      ]}
    />
  );
};

const Shown = ({ recent: { items, since, more } }: { readonly recent: RecentJobs }) => {
  if (items.length === 0) return <Empty header={words.empty} text={words.emptyText} />;
  const failed = items.filter((job) => endingOf(job) === 'errors');
  return (
    <SpaceBetween size="l">
      <Suspense fallback={<Waiting text={words.loading} />}>
        <DayChart day={dayOf(items, Date.parse(since), Date.now())} />
      </Suspense>
      {more ? <Box color="text-body-secondary">{words.more(more)}</Box> : null}
      {failed.length > 0 ? <FailedJobs jobs={failed} /> : null}
    </SpaceBetween>
  );
};

/** All tenants' jobs of the last day on a line of hours, and those that failed. */
export const DayJobs = () => {
  const { data, error, refetch } = useQuery({
    queryKey: ['recent-jobs'],
    queryFn: ({ signal }) => call(operatorRoutes.listRecentJobs, { query: { limit: 1_000 }, signal }),
    refetchInterval: ({ state: { data: shown } }) => pollOfDay(shown?.items.length ?? 0),
  });
  const count = (ending: ReturnType<typeof endingOf>): number =>
    (data?.items ?? []).filter((job) => endingOf(job) === ending).length;
  const content = () => {
    if (!data && error) return <Failed error={error} retry={() => void refetch()} />;
    return data ? <Shown recent={data} /> : <Waiting text={words.loading} />;
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          {...(data ? { description: words.about(count('open'), count('errors')) } : {})}
          actions={<Go href="/jobs">{words.all}</Go>}
        >
          {words.header}
        </Header>
      }
    >
      {content()}
    </Container>
  );
};
