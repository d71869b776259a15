import type { InstanceRef } from '../../contracts/steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Sha256 } from '../../ports/control.ts';
import { effectsLeft } from './keep-effects.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly sha256: Sha256;
}

/**
 * Makes a point that an earlier attempt has left this attempt's own, with the records of what was made for it: the new
 * record comes before the old one is let go, so that a crash in between leaves nothing that no cleanup knows of.
 */
export const takeOverPoint = async (
  { catalog, sha256 }: Deps,
  { jobId, attempt, tenantId }: InstanceRef,
  { recoveryPointId, volumes, attempt: former }: RecoveryPoint,
): Promise<void> => {
  const job = await catalog.jobs.get(tenantId, jobId);
  const snapshots = new Set(volumes.map(({ snapshotId }) => snapshotId));
  for (const effect of job ? await effectsLeft(catalog, job, attempt) : []) {
    if (!effect.resourceIds.some((id) => snapshots.has(id))) continue;
    const effectId = derivedId(sha256, 'op', jobId, attempt, 'taken over', effect.effectId);
    await catalog.effects.intend({ ...effect, effectId, attempt, state: 'made' });
    await catalog.effects.update(effect, { state: 'kept' });
  }
  if (former !== attempt) await catalog.points.update(tenantId, recoveryPointId, { attempt });
};
