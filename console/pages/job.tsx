import { lazy, Suspense } from 'react';
import { useParams } from 'react-router';
import { standsStill } from '../../cli/job-words.ts';
import { JOBS } from '../addresses.ts';
import { JobActions } from '../parts/job-actions.tsx';
import { JobErrors } from '../parts/job-errors.tsx';
import { JobFacts } from '../parts/job-facts.tsx';
import { JobInstances } from '../parts/job-instances.tsx';
import { NoData } from '../parts/no-data.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Waiting } from '../parts/states.tsx';
import { useJob } from '../parts/use-job.ts';
import { texts } from '../texts.ts';

/** The graph's libraries are loaded where there is a graph: tenants have none. */
const JobPath = lazy(() => import('../parts/job-path.tsx'));

const Job = () => {
  const { jobId = '', tenant } = useParams();
  const { data, error, refetch } = useJob(jobId, tenant);
  if (!data && error) return <NoData error={error} retry={() => void refetch()} />;
  if (!data) return <Waiting text={texts.job.loading} />;
  return (
    <OneOf
      of={[{ text: texts.jobs.header, href: tenant === undefined ? JOBS : `${JOBS}?tenant=${tenant}` }]}
      title={texts.job.title(data.type)}
      actions={<JobActions job={data} tenant={tenant} />}
    >
      <JobErrors job={data} />
      <JobFacts job={data} />
      <JobInstances job={data} />
      {tenant === undefined ? null : (
        <Suspense fallback={<Waiting text={texts.job.path.loading} />}>
          <JobPath job={data} tenant={tenant} live={!standsStill(data)} />
        </Suspense>
      )}
    </OneOf>
  );
};

export default Job;
