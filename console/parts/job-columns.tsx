import type { TableProps } from '@cloudscape-design/components/table';
import { asked, summaryWords } from '../../cli/job-words.ts';
import { duration, secondsBetween } from '../../cli/units.ts';
import type { HypervisorView, JobView } from '../../core/contracts/api.ts';
import { jobAddress } from '../addresses.ts';
import { texts } from '../texts.ts';
import { Go } from './go.tsx';
import { JobState } from './job-state.tsx';
import { When } from './when.tsx';

const words = texts.jobs.columns;

export const tookWords = ({ startedAt, endedAt }: JobView): string | undefined =>
  startedAt && endedAt ? duration(secondsBetween(startedAt, endedAt)) : undefined;

interface Context {
  readonly isOperator: boolean;
  readonly tenant: string | undefined;
  readonly tenants: readonly HypervisorView[];
}

export const jobColumns = ({ isOperator, tenant, tenants }: Context): TableProps.ColumnDefinition<JobView>[] => {
  const tenantOf = (job: JobView): string | undefined => (isOperator ? (job.tenantId ?? tenant) : undefined);
  const nameOf = (id: string | undefined): string =>
    tenants.find(({ hypervisorId }) => hypervisorId === id)?.name ?? id ?? texts.none;
  return [
    {
      id: 'job',
      header: words.job,
      isRowHeader: true,
      cell: (job) => <Go href={jobAddress(job.jobId, tenantOf(job))}>{texts.job.title(job.type)}</Go>,
    },
    { id: 'state', header: words.state, cell: ({ state }) => <JobState state={state} /> },
    { id: 'of', header: words.of, cell: (job) => asked(job) || texts.none },
    { id: 'instances', header: words.instances, cell: (job) => summaryWords(job) || texts.none },
    ...(isOperator && tenant === undefined
      ? [{ id: 'tenant', header: words.tenant, cell: (job: JobView) => nameOf(tenantOf(job)) }]
      : []),
    { id: 'created', header: words.created, cell: ({ createdAt }) => <When at={createdAt} /> },
    { id: 'took', header: words.took, cell: (job) => tookWords(job) ?? texts.none },
    { id: 'trigger', header: words.trigger, cell: ({ trigger }) => texts.jobs.triggers[trigger] },
  ];
};
