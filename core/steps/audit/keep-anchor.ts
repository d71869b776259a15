import { anchorOf, endOfChain } from '../../domain/audit-chain.ts';
import type { AuditAnchorStore, AuditEntries } from '../../ports/audit.ts';
import type { Sha256 } from '../../ports/control.ts';

export interface KeepAnchorDeps {
  readonly entries: Pick<AuditEntries, 'newest'>;
  readonly anchors: AuditAnchorStore;
  readonly sha256: Sha256;
}

/** Keeps the log's head outside of it. The same head again is one anchor. */
export const createKeepAnchor =
  ({ entries, anchors, sha256 }: KeepAnchorDeps) =>
  async (): Promise<void> => {
    const head = await entries.newest();
    if (head) await anchors.keep(anchorOf(endOfChain(sha256, head)));
  };
