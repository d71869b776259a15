import type { Effect } from '../../domain/effect.ts';
import { nextMoves } from '../../domain/restore-swap.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';
import { makeMoves } from '../restore/make-moves.ts';

/** Takes volumes of ours off an instance of the tenant's own. True: none of them is attached to it any more. */
export const detachAttached = async (scope: TenantScope, { before }: Effect): Promise<boolean> => {
  const instance = before && (await scope.instances.describe(before.instanceId));
  if (!before || !instance || instance.state === 'shutting-down') return true;
  const swaps = before.volumes.map(({ device, newVolumeId }) => ({ device, out: newVolumeId }));
  const described = await scope.volumes.describe(before.volumes.map(({ newVolumeId }) => newVolumeId));
  const { moves, settled } = nextMoves(before.instanceId, swaps, described);
  await makeMoves(scope, before.instanceId, moves);
  return settled;
};
