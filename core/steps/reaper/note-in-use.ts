import { TransientFailure } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Catalog } from '../../ports/catalog.ts';

/**
 * A volume that a job made or replaced, and that somebody uses since, is his: noted where the next look at it, or a cleanup,
 * finds it, because it is not to be seen any more once the volume is detached. Errors: TransientFailure (nothing was noted).
 */
export const noteInUse = async (
  { jobs, effects }: Pick<Catalog, 'jobs' | 'effects'>,
  finding: Finding,
): Promise<void> => {
  const { kind, subject, jobId = '', attempt = 0, of = '', operation } = finding;
  if (kind !== 'replaced-volume') {
    const effect = (await effects.ofAttempt(jobId, attempt)).find(({ effectId }) => effectId === operation);
    if (!effect) throw new TransientFailure(`there is no record of ${operation}`);
    const inUse = new Set([...(effect.inUse ?? []), subject]);
    return effects.update(effect, { inUse: [...inUse] });
  }
  const result = (await jobs.instance(jobId, of))?.result;
  if (!result?.replacedVolumes) throw new TransientFailure(`there is no result of ${jobId} for ${of}`);
  if (result.replacedVolumes.some(({ volumeId, usedAgain }) => volumeId === subject && usedAgain)) return;
  const replacedVolumes = result.replacedVolumes.map((volume) =>
    volume.volumeId === subject ? { ...volume, usedAgain: true as const } : volume,
  );
  await jobs.updateInstance(jobId, of, { result: { ...result, replacedVolumes } });
};
