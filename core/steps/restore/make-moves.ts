import type { SwapMove } from '../../domain/restore-swap.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';

/** Asks for each move; whether it has happened, the next look tells. Errors: VolumeFailed, TransientFailure. */
export const makeMoves = async (
  { volumes }: Pick<TenantScope, 'volumes'>,
  instanceId: string,
  moves: readonly SwapMove[],
): Promise<void> => {
  for (const step of moves) {
    if (step.move === 'detach') await volumes.detach(step.volumeId, instanceId);
    else await volumes.attach(step.volumeId, instanceId, step.device);
  }
};
