import { type Context, tenantFlag } from './context.ts';
import { watchJob } from './watch-job.ts';

/** Says which job it is, and how to follow it; or follows it. */
export const jobStarted = async (
  context: Context,
  {
    jobId,
    what,
    tenant,
    wait,
  }: { readonly jobId: string; readonly what: string; readonly tenant: string | undefined; readonly wait: boolean },
): Promise<void> => {
  const { screen } = context;
  if (!screen.json) screen.line(`${screen.colors.green(`${what} started:`)} ${jobId}`);
  if (wait) return watchJob(context, { jobId, tenant, announce: false });
  if (screen.json) return screen.value({ jobId });
  screen.line(`Watch it: holdfast job watch ${jobId}${tenantFlag(tenant)}`);
};
