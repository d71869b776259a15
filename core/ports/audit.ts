import type { AuditAnchor, AuditEntry } from '../contracts/audit.ts';
import type { AuditEvent, StoredEntry } from '../domain/audit-chain.ts';

/** For who may only write. Once it answers, the entry is in the chain for good. */
export interface AuditLog {
  /** Before what must not be done unrecorded. Errors: any (it is not written, or not known to be: do not do it). */
  append(event: AuditEvent): Promise<AuditEntry>;
  /**
   * After what is done, or refused. Never fails: that it could not be written is reported to whoever runs the service, and
   * answered with false.
   */
  note(event: AuditEvent): Promise<boolean>;
}

/** The log's entries by their numbers. Reads are consistent. Nothing here changes or removes an entry. */
export interface AuditEntries {
  /** False if there is an entry of that number. */
  add(entry: AuditEntry): Promise<boolean>;
  newest(): Promise<StoredEntry | undefined>;
  /** At most `limit` entries: from `seq` on, or (`backwards`) from `seq` back. */
  from(seq: number, limit: number, order: 'forwards' | 'backwards'): Promise<readonly StoredEntry[]>;
}

/** Heads of the log as they once were, where who can change the log cannot change them. */
export interface AuditAnchorStore {
  /** Idempotent. */
  keep(anchor: AuditAnchor): Promise<void>;
  /** Oldest first; also those that somebody has tried to remove, where the place keeps versions. */
  list(page: {
    readonly limit: number;
    readonly next?: string;
  }): Promise<{ readonly items: readonly AuditAnchor[]; readonly next?: string }>;
}
