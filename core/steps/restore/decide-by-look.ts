import type { RecoveryPoint } from '../../domain/recovery-point.ts';
import { decideRestore, type RestoreAsk, type RestoreDecision, snapshotsOf } from '../../domain/restore-decision.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';

/**
 * Decides by the records, and looks whether the snapshots that this takes are really there: they are the tenant's, who can
 * delete them. `look` is only asked for if there are any to look for. Errors: what `look` throws, TransientFailure.
 */
export const decideByLook = async (
  ask: RestoreAsk,
  named: RecoveryPoint,
  sibling: RecoveryPoint | undefined,
  look: () => Promise<TenantScope>,
): Promise<RestoreDecision> => {
  const decision = decideRestore(ask, named, sibling);
  if (decision.action === 'refuse' || decision.place === 'library') return decision;
  const wanted = snapshotsOf(decision.point, ask.target);
  const { snapshots } = await look();
  const usable = new Set(
    (await snapshots.describe(wanted)).filter(({ state }) => state !== 'error').map(({ snapshotId }) => snapshotId),
  );
  const gone = wanted.filter((snapshotId) => !usable.has(snapshotId));
  return gone.length === 0 ? decision : decideRestore(ask, named, sibling, gone);
};
