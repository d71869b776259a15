import type { TransferInput } from '../../contracts/steps.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { WorkArea } from '../../ports/control.ts';
import { readPlan } from './place-orders.ts';

/** Blocks that all transfers of the instance will move, as far as they are planned: a backup copy makes several. */
export const plannedBlocks = async (catalog: Catalog, work: WorkArea, input: TransferInput): Promise<number> => {
  const child = await catalog.jobs.instance(input.jobId, input.instanceId);
  const points = new Set([...(child?.recoveryPointIds ?? []), input.recoveryPointId]);
  let blocks = 0;
  for (const recoveryPointId of points) {
    for (const order of await readPlan(work, { ...input, recoveryPointId })) blocks += order.blocks;
  }
  return blocks;
};
