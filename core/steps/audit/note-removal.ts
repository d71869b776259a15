import type { AuditEntry } from '../../contracts/audit.ts';
import type { HypervisorId, RecoveryPointId } from '../../contracts/ids.ts';
import type { AuditEvent } from '../../domain/audit-chain.ts';
import { NotRecorded } from '../../domain/errors.ts';
import type { AuditLog } from '../../ports/audit.ts';

/** Who removes, as the audit log names it. */
export interface By {
  readonly who: AuditEntry['who'];
  readonly requestId: string;
}

/** Ids in one entry: 5 KB. */
const AT_ONCE = 100;

/**
 * Names recovery points in the audit log before they are removed. What it answers is called with those that were, and
 * notes them too. Errors: NotRecorded (do not remove them).
 */
export const noteRemoval = async (
  { audit }: { readonly audit: AuditLog },
  { who, requestId }: By,
  tenantId: HypervisorId,
  points: readonly RecoveryPointId[],
): Promise<(removed: readonly RecoveryPointId[]) => Promise<void>> => {
  const write = async (
    ids: readonly RecoveryPointId[],
    outcome: 'Asked' | 'Done',
    how: (event: AuditEvent) => Promise<unknown>,
  ): Promise<void> => {
    for (let at = 0; at < ids.length; at += AT_ONCE) {
      const subjects = ids.slice(at, at + AT_ONCE);
      const detail = `${at + 1} to ${at + subjects.length} of ${ids.length}`;
      await how({
        who,
        what: { operation: 'remove recovery points', tenantId, subjects, detail },
        from: {},
        allowed: true,
        outcome,
        requestId,
      });
    }
  };
  try {
    await write(points, 'Asked', audit.append);
  } catch (cause) {
    throw new NotRecorded('What is to be removed cannot be recorded now, so nothing was removed.', { cause });
  }
  return (removed) => write(removed, 'Done', audit.note);
};
