import type { HypervisorId, JobId } from '../../contracts/ids.ts';
import { noCounters } from '../../contracts/orders.ts';
import { jobEnded } from '../../domain/announcements.ts';
import { isTerminal, type Job, type JobInstance } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { everyItem } from '../../ports/every-item.ts';
import type { Announcer, JobEnds, Meter, NotedEnd } from '../../ports/health.ts';

export interface TellEndsDeps {
  readonly catalog: Pick<Catalog, 'jobs' | 'hypervisors'>;
  readonly ends: JobEnds;
  readonly announcer: Announcer;
  readonly meter: Meter;
}

/** As metrics: a job counts once more for each attempt that ended. */
const measured = (job: Job, instances: readonly JobInstance[]): Readonly<Record<string, number>> => ({
  JobsEnded: 1,
  JobsFailed: job.state === 'failed' || job.state === 'completed with errors' ? 1 : 0,
  JobSeconds: Math.max(0, ((job.endedAt ?? job.createdAt) - (job.startedAt ?? job.createdAt)) / 1_000),
  BytesMoved: instances.reduce((sum, { counters = noCounters }) => sum + counters.bytes, 0),
});

const tell = async (deps: TellEndsDeps, { job, noteId }: NotedEnd): Promise<boolean> => {
  const { catalog, ends, announcer, meter } = deps;
  // noted, and it has not come to that (yet): whoever ends it notes it again, or has just not written it yet
  if (!isTerminal(job.state)) return false;
  if (job.endTold !== job.attempt) {
    const tenant = await catalog.hypervisors.get(job.tenantId);
    const instances = await catalog.jobs.instances(job.jobId);
    if (job.state !== 'completed') await ends.noteFailure(job);
    if (tenant?.kind === 'tenant') await announcer.announce([jobEnded(job, instances, tenant)]);
    const { jobId, tenantId, type, state, attempt } = job;
    const [only] = instances.length === 1 ? instances : [];
    meter.emit({
      metrics: measured(job, instances),
      about: { jobId, tenantId, type, state, attempt, instances: instances.length, instanceId: only?.instanceId },
    });
  }
  await ends.setTold({ job, noteId });
  return true;
};

/**
 * Every end that was not told yet, as far as there is time (ms since 1970); how many were told, and what did not work. One
 * that cannot be told stops no other.
 */
export const createTellJobEnds =
  (deps: TellEndsDeps, clock: Clock) =>
  async (until: number): Promise<{ readonly told: number; readonly problems: readonly string[] }> => {
    const problems: string[] = [];
    let told = 0;
    for await (const end of everyItem((page) => deps.ends.untold(page))) {
      if (clock.now() >= until) {
        problems.push('there was no time left to tell all ends of jobs');
        break;
      }
      try {
        if (await tell(deps, end)) told += 1;
      } catch (error) {
        problems.push(`${end.job.jobId}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { told, problems };
  };

/** `report`: told of what could not be told. */
export interface TellingDeps extends TellEndsDeps {
  readonly report: (error: unknown, about: JobRef) => void;
}

interface JobRef {
  readonly jobId: JobId;
  readonly tenantId: HypervisorId;
}

/**
 * A step that may end a job, with the telling right behind it: whether that works is nothing to the job. What could not be
 * told stays noted, and is told with the next measurement.
 */
export const tellingEnd =
  <Input extends JobRef, Output>(deps: TellingDeps, step: (input: Input) => Promise<Output>) =>
  async (input: Input): Promise<Output> => {
    const output = await step(input);
    const { jobId, tenantId } = input;
    try {
      const noted = await deps.ends.noted(tenantId, jobId);
      if (noted) await tell(deps, noted);
    } catch (error) {
      deps.report(error, { jobId, tenantId });
    }
    return output;
  };
