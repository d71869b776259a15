import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useParams } from 'react-router';
import { isOver, standsStill } from '../../cli/job-words.ts';
import { JOBS } from '../addresses.ts';
import { ApiFailure, call, onTenant } from '../api.ts';
import { useFollow } from '../parts/go.tsx';
import { JobActions } from '../parts/job-actions.tsx';
import { JobErrors } from '../parts/job-errors.tsx';
import { JobFacts } from '../parts/job-facts.tsx';
import { JobInstances } from '../parts/job-instances.tsx';
import { NothingHere } from '../parts/nothing-here.tsx';
import { Failed, Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';

/** The graph's libraries are loaded where there is a graph: tenants have none. */
const JobPath = lazy(() => import('../parts/job-path.tsx'));

const REFRESH_MS = 2_000;

const Job = () => {
  const { jobId = '', tenant } = useParams();
  const follow = useFollow();
  const { route, on } = onTenant('getJob', tenant);
  const { data, error, refetch } = useQuery({
    queryKey: ['job', tenant, jobId],
    queryFn: ({ signal }) => call(route, { params: { ...on, jobId }, signal }),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : REFRESH_MS),
  });
  if (!data && error instanceof ApiFailure && [400, 404].includes(error.status)) return <NothingHere />;
  if (!data && error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Waiting text={texts.job.loading} />;
  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          ariaLabel={texts.breadcrumbs}
          items={[
            { text: texts.jobs.header, href: tenant === undefined ? JOBS : `${JOBS}?tenant=${tenant}` },
            { text: texts.job.title(data.type), href: '' },
          ]}
          onFollow={follow}
        />
      }
      header={
        <Header variant="h1" actions={<JobActions job={data} tenant={tenant} />}>
          {texts.job.title(data.type)}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <JobErrors job={data} />
        <JobFacts job={data} />
        <JobInstances job={data} />
        {tenant === undefined ? null : (
          <Suspense fallback={<Waiting text={texts.job.path.loading} />}>
            <JobPath job={data} tenant={tenant} live={!standsStill(data)} />
          </Suspense>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
};

export default Job;
