import type { JobView } from '../core/contracts/api.ts';
import { type Context, tenantFlag } from './context.ts';
import { watchJob } from './watch-job.ts';

interface Started {
  /** As it is said: `Backup started: job-…`, `Resumed: job-…`. */
  readonly what: string;
  readonly tenant: string | undefined;
  readonly wait: boolean;
}

/** Says which job it is, and how to follow it; or follows it. */
export const jobStarted = async (
  context: Context,
  { what, tenant, wait, ...which }: Started & ({ readonly jobId: string } | { readonly job: JobView }),
): Promise<void> => {
  const { screen } = context;
  const answer = 'job' in which ? which.job : { jobId: which.jobId };
  const { jobId } = answer;
  if (!screen.json) screen.line(`${screen.colors.green(`${what}:`)} ${jobId}`);
  if (wait) return watchJob(context, { jobId, tenant, announce: false });
  if (screen.json) return screen.value(answer);
  screen.line(`Watch it: holdfast job watch ${jobId}${tenantFlag(tenant)}`);
};
