import type { LockedInstance } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { type Effect, TAG } from '../../domain/effect.ts';
import type { Job } from '../../domain/job.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { Tags } from '../../ports/tags.ts';

/** The one set of snapshots of an instance in an attempt: taken by us, or (a set apart) by Windows. */
export const snapshotEffect = (
  sha256: Sha256,
  { jobId, attempt, tenantId, instanceId }: LockedInstance,
  takenBy: 'us' | 'vss',
  volumes: readonly { readonly volumeId: string }[],
): Effect => ({
  effectId: derivedId(sha256, 'op', jobId, attempt, instanceId, takenBy === 'us' ? 'snapshots' : 'vss'),
  jobId,
  attempt,
  tenantId,
  kind: 'snapshots',
  state: 'intended',
  resourceIds: [],
  volumeIds: volumes.map(({ volumeId }) => volumeId),
});

/** What says whose they are. Snapshots that are a recovery point say so from the first: only retention deletes those. */
export const snapshotTags = (
  { type }: Job,
  { jobId, attempt, instanceId, recoveryPointId }: LockedInstance,
  { effectId }: Effect,
): Tags => ({
  [TAG.job]: jobId,
  [TAG.attempt]: String(attempt),
  [TAG.instance]: instanceId,
  [TAG.operation]: effectId,
  ...(type === 'snapshot' ? { [TAG.recoveryPoint]: recoveryPointId } : {}),
});
