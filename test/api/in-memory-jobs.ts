import { noCounters } from '../../core/contracts/orders.ts';
import { isOpen, type Job, type JobInstance } from '../../core/domain/job.ts';
import { addedTo } from '../../core/domain/volume-progress.ts';
import type { Jobs } from '../../core/ports/jobs.ts';
import { changed, newestFirst, pageOf, type Records } from './in-memory-records.ts';

export const createInMemoryJobs = ({ jobs, instances }: Records): Jobs => {
  const get = (tenantId: string, jobId: string): Job | undefined => {
    const job = jobs.get(jobId);
    return job?.tenantId === tenantId ? job : undefined;
  };
  const indexOf = (jobId: string, instanceId: string): number =>
    instances.findIndex((each) => each.jobId === jobId && each.instanceId === instanceId);
  const change = (jobId: string, instanceId: string, to: (instance: JobInstance) => JobInstance): void => {
    const at = indexOf(jobId, instanceId);
    const there = instances[at];
    if (!there) throw new Error(`the job ${jobId} has no record of ${instanceId}`);
    instances[at] = to(there);
  };

  return {
    async add(job) {
      if (jobs.has(job.jobId)) return false;
      jobs.set(job.jobId, job);
      return true;
    },
    get: async (tenantId, jobId) => get(tenantId, jobId),
    list: async (tenantId, page) =>
      pageOf(
        newestFirst(jobs.values(), tenantId, ({ createdAt, jobId }) => ({ time: createdAt, id: jobId })),
        page,
      ),
    async update(tenantId, jobId, set, from) {
      const opens = set.state !== undefined && isOpen(set.state);
      if (opens && from && !from.every(isOpen)) throw new TypeError('a job that is not open is opened again by reopen');
      if ('attempt' in set) throw new TypeError('cannot be changed: attempt');
      const job = get(tenantId, jobId);
      if (!job || (from && !from.includes(job.state)) || (opens && !isOpen(job.state))) return false;
      jobs.set(jobId, changed(job, set));
      return true;
    },
    openOf: async (tenantId) => [...jobs.values()].filter((job) => job.tenantId === tenantId && isOpen(job.state)),
    open: async (page) =>
      pageOf(
        [...jobs.values()].filter(({ state }) => isOpen(state)),
        page,
      ),
    async reopen(tenantId, jobId, attempt, from, under) {
      const job = get(tenantId, jobId);
      if (job?.attempt !== attempt - 1 || !from.includes(job.state)) return false;
      const { endedAt, error, cancelRequestedAt, suspendRequestedAt, executionArn, ...kept } = job;
      jobs.set(jobId, { ...kept, attempt, state: 'queued', ...(under === undefined ? {} : { reopenedUnder: under }) });
      return true;
    },

    async addInstance(instance) {
      if (indexOf(instance.jobId, instance.instanceId) < 0) instances.push(instance);
    },
    instances: async (jobId) => instances.filter((instance) => instance.jobId === jobId),
    instance: async (jobId, instanceId) => instances[indexOf(jobId, instanceId)],
    async updateInstance(jobId, instanceId, set, from) {
      const there = instances[indexOf(jobId, instanceId)];
      if (there && from && !from.includes(there.phase)) return false;
      change(jobId, instanceId, (now) => changed(now, set));
      return true;
    },
    resetInstance: async (jobId, instanceId, now) =>
      change(jobId, instanceId, ({ tenantId, recoveryPointIds, excludedVolumes, planId }) => ({
        jobId,
        tenantId,
        instanceId,
        phase: 'waiting',
        phaseSince: now,
        counters: noCounters,
        ...(recoveryPointIds ? { recoveryPointIds } : {}),
        ...(excludedVolumes ? { excludedVolumes } : {}),
        ...(planId ? { planId } : {}),
      })),
    addCounters: async (jobId, instanceId, delta, volume) =>
      change(jobId, instanceId, (there) => {
        const counters = { ...there.counters };
        for (const name of Object.keys(delta) as (keyof typeof delta)[]) counters[name] += delta[name];
        const before = volume && there.progress?.[volume.volumeId];
        if (!volume || !before) return { ...there, counters };
        const after = { ...before, ...addedTo(before, delta), startedAt: before.startedAt ?? volume.from };
        return {
          ...there,
          counters,
          progress: { ...there.progress, [volume.volumeId]: { ...after, movedAt: volume.until } },
        };
      }),
  };
};
