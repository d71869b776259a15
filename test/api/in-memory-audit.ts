import { sha256 } from '../../adapters/system.ts';
import type { AuditAnchor, AuditEntry } from '../../core/contracts/audit.ts';
import type { StoredEntry } from '../../core/domain/audit-chain.ts';
import type { AuditAnchorStore, AuditEntries } from '../../core/ports/audit.ts';
import type { Clock } from '../../core/ports/clock.ts';
import { createAuditLog } from '../../core/steps/audit/append-entry.ts';

/** The real chain over a map; tests look into it, and may break it. */
export const createInMemoryAudit = (clock: Clock) => {
  const stored = new Map<number, unknown>();
  const anchors: AuditAnchor[] = [];
  const reported: unknown[] = [];
  /** Put here what each write is to fail with. */
  const trouble: { error?: Error } = {};
  const inOrder = (): StoredEntry[] =>
    [...stored].toSorted(([a], [b]) => a - b).map(([seq, entry]) => ({ seq, entry: structuredClone(entry) }));

  const entries: AuditEntries = {
    async add(entry) {
      if (trouble.error) throw trouble.error;
      if (stored.has(entry.seq)) return false;
      stored.set(entry.seq, structuredClone(entry));
      return true;
    },
    newest: async () => inOrder().at(-1),
    from: async (seq, limit, order) =>
      order === 'forwards'
        ? inOrder()
            .filter((each) => each.seq >= seq)
            .slice(0, limit)
        : inOrder()
            .filter((each) => each.seq <= seq)
            .reverse()
            .slice(0, limit),
  };
  const store: AuditAnchorStore = {
    async keep(anchor) {
      if (!anchors.some(({ seq, hash }) => seq === anchor.seq && hash === anchor.hash)) anchors.push(anchor);
    },
    list: async () => ({ items: anchors }),
  };
  return {
    audit: createAuditLog({
      entries,
      clock,
      sha256,
      pause: async () => {},
      inTime: (work) => work,
      report: (error) => reported.push(error),
    }),
    entries,
    anchors: store,
    stored,
    reported,
    trouble,
    /** What was written, oldest first. */
    written: () => inOrder().map(({ entry }) => entry as AuditEntry),
  };
};
