import type { RecoveryPointId } from '../../contracts/ids.ts';
import type { InstanceRef } from '../../contracts/steps.ts';
import { RecoveryPointUnavailable } from '../../domain/errors.ts';
import type { JobError } from '../../domain/job.ts';
import { transferKeys } from '../../domain/work-keys.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** One copy of several could not be made: it is abandoned, with its orders, and the instance's record says why. Idempotent. */
export const giveUpCopy = async (
  catalog: Catalog,
  ref: InstanceRef,
  recoveryPointId: RecoveryPointId,
  error: JobError,
): Promise<void> => {
  const { jobId, attempt, tenantId, instanceId } = ref;
  const point = await catalog.points.get(tenantId, recoveryPointId);
  if (point?.jobId !== jobId || point.attempt !== attempt || point.state !== 'pending') return;
  const { results } = transferKeys({ ...ref, recoveryPointId });
  for (const { orderId, resultPrefix, state } of await catalog.orders.ofAttempt(jobId, attempt, instanceId)) {
    if (resultPrefix === results && state !== 'done' && state !== 'closed') await catalog.orders.close(orderId);
  }
  const made = (await catalog.jobs.instance(jobId, instanceId))?.recoveryPointIds ?? [];
  await catalog.jobs.updateInstance(jobId, instanceId, {
    recoveryPointIds: made.filter((id) => id !== recoveryPointId),
  });
  await noteError(catalog, ref, error);
  // Last: while it is pending, a second run does all of this again.
  await catalog.points.update(tenantId, recoveryPointId, { state: 'abandoned' });
};

/** What a retry cannot make good gives way to what it can. */
export const noteError = async (
  catalog: Catalog,
  { jobId, instanceId }: Pick<InstanceRef, 'jobId' | 'instanceId'>,
  error: JobError,
): Promise<void> => {
  const there = (await catalog.jobs.instance(jobId, instanceId))?.error;
  if (there === undefined || isFinal(there)) await catalog.jobs.updateInstance(jobId, instanceId, { error });
};

/** Tried again, it would fail again. */
export const isFinal = ({ name }: JobError): boolean => name === RecoveryPointUnavailable.name;
