import type { Effect } from '../../domain/effect.ts';
import { HoldfastError, TransientFailure } from '../../domain/errors.ts';
import type { JobError, RestoreResult } from '../../domain/job.ts';
import { warningOf } from '../../domain/job-warning.ts';
import type { RestoreWork } from './restore-work.ts';

/**
 * What nothing will let us do, told as a warning. What may work in a moment is tried again by the state machine, as any step.
 * Errors: TransientFailure, or whatever is none of ours.
 */
const warnIfRefused = async (
  work: () => Promise<void>,
  sentence: (why: string) => string,
): Promise<readonly JobError[]> => {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof HoldfastError) || error instanceof TransientFailure) throw error;
    return [warningOf(error, sentence)];
  }
};

/** Image and snapshots are effects to undo: whatever resists here, the cleanup goes on with. */
export const tidyUp = async ({ scope, effects }: RestoreWork): Promise<readonly JobError[]> => {
  const warnings: JobError[] = [];
  const remove = async (kind: Effect['kind'], work: (id: string) => Promise<void>): Promise<void> => {
    for (const id of effects.filter((effect) => effect.kind === kind).flatMap(({ resourceIds }) => resourceIds)) {
      const sentence = (why: string): string =>
        `${id}, which was needed on the way only, could not be removed, which is tried again by itself: ${why}`;
      warnings.push(...(await warnIfRefused(() => work(id), sentence)));
    }
  };
  await remove('image', (id) => scope.images.deregister(id));
  // Deleting a snapshot has no effect on volumes that were made from it, not even while they are still loading.
  await remove('pending-snapshot', (id) => scope.snapshots.delete(id));
  return warnings;
};

/** In place, and only now that the restore has succeeded. What is removed is noted, one by one; what stays the reaper takes. */
export const removeReplaced = async (
  { scope, request: { target } }: RestoreWork,
  { replacedVolumes = [] }: RestoreResult,
  note: (replacedVolumes: NonNullable<RestoreResult['replacedVolumes']>) => Promise<void>,
): Promise<readonly JobError[]> => {
  if (target.kind !== 'in-place' || target.replacedVolumes !== 'remove') return [];
  const noted = [...replacedVolumes];
  const warnings: JobError[] = [];
  for (const [at, volume] of replacedVolumes.entries()) {
    if (!volume.kept) continue;
    const { volumeId, device } = volume;
    const sentence = (why: string): string =>
      `The data is restored, but ${volumeId}, which was replaced at ${device}, could not be deleted as was asked for. It stays, detached, and deleting it is tried again by itself, once a day at least; you may delete it yourself. Why: ${why}`;
    const refused = await warnIfRefused(() => scope.volumes.delete(volumeId), sentence);
    warnings.push(...refused);
    if (refused.length > 0) continue;
    noted[at] = { ...volume, kept: false };
    await note(noted);
  }
  return warnings;
};
