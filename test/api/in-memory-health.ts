/** What is kept for health, in maps; tests put in what they like. */
import { isTerminal, type Job } from '../../core/domain/job.ts';
import type { MissedObjective } from '../../core/domain/objective.ts';
import type { Throttle } from '../../core/domain/pacing.ts';
import type { MissedObjectives, NotedEnd, Pulse } from '../../core/ports/health.ts';
import type { HealthPorts } from '../../core/steps/health/read-health.ts';
import { pageOf, type Records } from './in-memory-records.ts';

export const createInMemoryHealth = ({ jobs }: Pick<Records, 'jobs'>) => {
  /** By job: the notes of ends that are to be told. */
  const notes = new Map<string, string>();
  const failures = new Map<string, Job>();
  const pulses = new Map<string, Pulse>();
  const missed = new Map<string, MissedObjective>();
  /** By queue URL. */
  const queued = new Map<string, { readonly waiting: number; readonly held: number }>();
  /** By hypervisor, by API. */
  const throttled = new Map<string, Map<string, Throttle>>();
  const noted = (jobId: string): NotedEnd | undefined => {
    const [job, noteId] = [jobs.get(jobId), notes.get(jobId)];
    return job && noteId !== undefined ? { job, noteId } : undefined;
  };
  const health: HealthPorts = {
    ends: {
      untold: async (page) =>
        pageOf(
          [...notes.keys()].map(noted).filter((each) => each !== undefined),
          page,
        ),
      noted: async (_, jobId) => noted(jobId),
      async setTold({ job: { jobId, attempt }, noteId }) {
        const there = jobs.get(jobId);
        if (there?.attempt === attempt) jobs.set(jobId, { ...there, endTold: attempt });
        if (notes.get(jobId) === noteId) notes.delete(jobId);
      },
      async noteFailure(job) {
        failures.set(job.jobId, job);
      },
      failedSince: async (since) =>
        [...failures.values()]
          .filter(({ endedAt = 0 }) => endedAt >= since)
          .map(({ jobId }) => jobs.get(jobId))
          .filter((job) => job !== undefined && isTerminal(job.state)) as Job[],
      async forgetFailures(before) {
        for (const { jobId, endedAt = 0 } of failures.values()) if (endedAt < before) failures.delete(jobId);
      },
    },
    pulses: {
      async beat(name, pulse) {
        pulses.set(name, pulse);
      },
      last: async (name) => pulses.get(name),
    },
    queues: { counts: async (url) => queued.get(url) },
    throttles: {
      of: async (hypervisorId) => throttled.get(hypervisorId) ?? new Map(),
      note: async () => {},
    },
  };
  const keyOf = ({ tenantId, planId, instanceId }: Pick<MissedObjective, 'tenantId' | 'planId' | 'instanceId'>) =>
    `${tenantId} ${planId} ${instanceId}`;
  const missedObjectives: MissedObjectives = {
    list: async () => [...missed.values()],
    async put(each) {
      missed.set(keyOf(each), each);
    },
    async remove(key) {
      missed.delete(keyOf(key));
    },
  };
  return { health, missedObjectives, notes, failures, pulses, queued, throttled };
};
