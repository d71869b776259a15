/** Follows a job by asking for it again and again, and shows what changes. */
import type { JobView } from '../core/contracts/api.ts';
import { CliError } from './cli-error.ts';
import { type Context, onTenant, tenantFlag } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { createJobBars } from './job-bars.ts';
import { createJobLines } from './job-lines.ts';
import type { JobProgress } from './job-progress.ts';
import { standsStill } from './job-words.ts';
import { showEnd, showSummary } from './show-job.ts';

/** Short jobs show at once, long ones are asked for every second. */
const FIRST_POLL_MS = 250;
const POLL_MS = 1_000;
/** The job goes on without us; a short outage of network or API should not end the watch. */
const PATIENCE_MS = 120_000;
/** More bars than fit on a screen cannot be drawn over. */
const MOST_BARS = 12;

const silent: JobProgress = { show: () => {}, note: () => {}, end: () => {} };

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const mayPass = (error: unknown): error is CliError =>
  error instanceof CliError &&
  (error.exitCode === EXIT.unreachable || (error.problem?.status ?? 0) >= 500 || error.problem?.status === 429);

export interface Watch {
  readonly jobId: string;
  readonly tenant: string | undefined;
  /** Say first which job it is. */
  readonly announce: boolean;
  /** What the job should end as, for the exit code. */
  readonly goal?: 'completed' | 'cancelled' | 'suspended';
}

/** Ends when the job does, or is suspended; throws a CliError without a message, for the exit code, if it did not end well. */
export const watchJob = async ({ api, screen }: Context, watch: Watch): Promise<void> => {
  const { jobId, tenant, announce, goal = 'completed' } = watch;
  const { route, params } = onTenant('getJob', tenant);
  let troubleSince: number | undefined;

  const read = async (progress: JobProgress): Promise<JobView | undefined> => {
    try {
      const job = await api.call(route, { params: { ...params, jobId } });
      troubleSince = undefined;
      return job;
    } catch (error) {
      if (!mayPass(error)) throw error;
      if (troubleSince === undefined) progress.note(`${error.message} Trying on.`);
      troubleSince ??= Date.now();
      if (Date.now() - troubleSince > PATIENCE_MS) throw error;
      return undefined;
    }
  };

  // the first answer decides how progress is drawn, and that there is such a job: no patience here
  let job = await api.call(route, { params: { ...params, jobId } });
  const many = (job.instances?.length ?? job.request.instanceIds?.length ?? 1) > MOST_BARS;
  const progress = screen.json ? silent : screen.interactive && !many ? createJobBars(screen) : createJobLines(screen);
  if (announce && !screen.json) screen.line(`${job.type} ${jobId}`);

  const interrupted = (): void => {
    progress.end();
    screen.note(`\nThe job goes on. Watch it again: holdfast job watch ${jobId}${tenantFlag(tenant)}`);
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  try {
    progress.show(job);
    for (let pause = FIRST_POLL_MS; !standsStill(job); pause = Math.min(POLL_MS, pause * 1.25)) {
      await sleep(pause);
      job = (await read(progress)) ?? job;
      progress.show(job);
    }
  } finally {
    progress.end();
    process.removeListener('SIGINT', interrupted);
  }

  if (screen.json) screen.value(job);
  else {
    screen.line();
    showSummary(screen, job, tenant);
    screen.line();
    showEnd(screen, job);
  }
  if (job.state !== goal) throw new CliError('JobFailed', '', { exitCode: EXIT.jobFailed });
};
