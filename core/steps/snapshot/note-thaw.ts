import type { NoteThawInput } from '../../contracts/steps.ts';
import type { Catalog } from '../../ports/catalog.ts';

/** The snapshots are good; but the guest's applications may still hold still, and that is said where it is looked for. */
export const createNoteThaw =
  ({ catalog }: { readonly catalog: Catalog }) =>
  async ({ jobId, tenantId, instanceId, recoveryPointId, reason }: NoteThawInput): Promise<Record<string, never>> => {
    const child = await catalog.jobs.instance(jobId, instanceId);
    if (!child?.consistency) return {};
    const { kind, reason: before } = child.consistency;
    const consistency = { kind, reason: before === undefined || before === reason ? reason : `${before}; ${reason}` };
    await catalog.jobs.updateInstance(jobId, instanceId, { consistency });
    if (await catalog.points.get(tenantId, recoveryPointId)) {
      await catalog.points.update(tenantId, recoveryPointId, { consistency });
    }
    return {};
  };
