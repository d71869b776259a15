import type { Job, JobError, JobInstance } from './job.ts';
import { shortfallsOf } from './job-warning.ts';
import { tenantErrorName } from './tenant-words.ts';

/** So many failed instances are named in a job's own error; all of them have their own. */
const NAMED = 20;

/**
 * What has become of a job, from what has become of its instances over all its attempts. None at all is well, where
 * nothing was to be done. `error`: of the job as a whole, where it did not end by itself.
 */
export const judge = (job: Job, instances: readonly JobInstance[], error?: JobError): Pick<Job, 'state' | 'error'> => {
  const done = instances.filter(({ phase }) => phase === 'done').length;
  // One that is done may have an error, too: its copy in another region, say.
  const failed = instances.filter((instance) => errorOf(instance) !== undefined || instance.phase === 'failed');
  if (!error && failed.length === 0 && done === instances.length) return { state: 'completed' };
  if (job.cancelRequestedAt !== undefined) return { state: 'cancelled' };
  const isAllDone = instances.length > 0 && done === instances.length;
  if (job.suspendRequestedAt !== undefined && !isAllDone) return { state: 'suspended' };
  const reason = error ?? ofInstances(failed, instances.length);
  return { state: done > 0 ? 'completed with errors' : 'failed', ...(reason ? { error: reason } : {}) };
};

/** Why it is not all that it should be. */
const errorOf = (instance: JobInstance): JobError | undefined => instance.error ?? shortfallsOf(instance)[0];

/** Of a job of one instance, that one's error; else which instances failed, and each one's reason by name. */
const ofInstances = (failed: readonly JobInstance[], all: number): JobError | undefined => {
  const [first] = failed;
  if (!first || all === 1) return first && errorOf(first);
  const more = failed.length > NAMED ? ` and ${failed.length - NAMED} more` : '';
  const sentence = (word: (name: string) => string): string => {
    const named = failed.slice(0, NAMED).map((instance) => {
      const error = errorOf(instance);
      return `${instance.instanceId} (${error ? word(error.name) : 'not finished'})`;
    });
    return `${failed.length} of ${all} instances failed: ${named.join(', ')}${more}`;
  };
  return {
    name: failed.flatMap((instance) => errorOf(instance) ?? [])[0]?.name ?? 'Error',
    message: sentence((name) => name),
    tenantMessage: sentence(tenantErrorName),
  };
};
