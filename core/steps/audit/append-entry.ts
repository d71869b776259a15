import type { AuditEntry } from '../../contracts/audit.ts';
import { type AuditEvent, type ChainEnd, endOfChain, nextEntry } from '../../domain/audit-chain.ts';
import { TransientFailure } from '../../domain/errors.ts';
import type { AuditEntries, AuditLog } from '../../ports/audit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';

export interface AuditLogDeps {
  readonly entries: Pick<AuditEntries, 'add' | 'newest'>;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** Waits before the try of that number, counted from 1: longer each time, and never as long as others do. */
  readonly pause: (tries: number) => Promise<void>;
  /** Told of what could not be noted. */
  readonly report: (error: unknown, event: AuditEvent) => void;
}

/** Some 6 s. Of 20 writers of 10 entries each, all at once, none needs half as many (test/audit/appends.test.ts). */
const MOST_TRIES = 30;

/**
 * Appends where the chain ends. Whoever is second finds the number taken, and tries again after the entry that took it.
 * The newest entry is remembered: without others in between an entry is one write.
 */
export const createAuditLog = ({ entries, clock, sha256, pause, report }: AuditLogDeps): AuditLog => {
  let newest: ChainEnd | undefined;
  // one after the other: of one function's own appends none would have to try again
  let mine: Promise<unknown> = Promise.resolve();

  const look = async (): Promise<ChainEnd | undefined> => {
    const stored = await entries.newest();
    return stored && endOfChain(sha256, stored);
  };

  const append = async (event: AuditEvent): Promise<AuditEntry> => {
    newest ??= await look();
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const entry = nextEntry(sha256, newest, event, clock.now());
      if (await entries.add(entry)) {
        newest = entry;
        return entry;
      }
      await pause(tries);
      newest = await look();
    }
    throw new TransientFailure(`the audit log was written to by others for ${MOST_TRIES} tries`);
  };

  const inTurn = (event: AuditEvent): Promise<AuditEntry> => {
    const appended = mine.then(() => append(event));
    mine = appended.catch(() => undefined);
    return appended;
  };
  return {
    append: inTurn,
    async note(event) {
      await inTurn(event).catch((error: unknown) => report(error, event));
    },
  };
};
