import type { AuditEntry } from '../../contracts/audit.ts';
import { type AuditEvent, type ChainEnd, endOfChain, nextEntry } from '../../domain/audit-chain.ts';
import { TransientFailure } from '../../domain/errors.ts';
import type { AuditEntries, AuditLog } from '../../ports/audit.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';

export interface AuditLogDeps {
  readonly entries: AuditEntries;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** Waits before the try of that number, counted from 1: longer each time, and never as long as others do. */
  readonly pause: (tries: number) => Promise<void>;
  /** Fails if what is noted takes longer than its caller can wait: it may be written all the same. */
  readonly inTime: <T>(work: Promise<T>) => Promise<T>;
  /** Told of what could not be noted. */
  readonly report: (error: unknown, event: AuditEvent) => void;
}

/** Some 6 s. Of 20 writers of 10 entries each, all at once, none needs half as many (test/audit/appends.test.ts). */
const MOST_TRIES = 30;
/** An end that was seen longer ago is looked for again first: others have most likely written since. */
const FRESH_MS = 1_000;

/**
 * Appends where the chain ends. Whoever is second finds the number taken, and tries again after the entry that took it.
 * The newest entry is remembered: without others in between an entry is one write. A table that is throttled, or does not
 * answer, is tried again like a number that is taken; an entry whose answer was lost is looked for first.
 */
export const createAuditLog = ({ entries, clock, sha256, pause, inTime, report }: AuditLogDeps): AuditLog => {
  let seen: { readonly end: ChainEnd | undefined; readonly at: number } | undefined;
  // one after the other: of one function's own appends none would have to try again
  let mine: Promise<unknown> = Promise.resolve();

  const see = (end: ChainEnd | undefined): ChainEnd | undefined => {
    seen = { end, at: clock.now() };
    return end;
  };
  const endOfAll = async (): Promise<ChainEnd | undefined> => {
    if (seen && clock.now() - seen.at <= FRESH_MS) return seen.end;
    const stored = await entries.newest();
    return see(stored && endOfChain(sha256, stored));
  };
  const isThere = async ({ seq, hash }: AuditEntry): Promise<boolean> => {
    const [stored] = await entries.from(seq, 1, 'forwards');
    return stored?.seq === seq && endOfChain(sha256, stored).hash === hash;
  };

  const append = async (event: AuditEvent): Promise<AuditEntry> => {
    /** Sent, and not answered. */
    let unsure: AuditEntry | undefined;
    let cause: unknown;
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      try {
        if (unsure && (await isThere(unsure))) {
          see(unsure);
          return unsure;
        }
        // the same again: if the first one comes after all, there is one of them
        const entry: AuditEntry = unsure ?? nextEntry(sha256, await endOfAll(), event, clock.now());
        unsure = entry;
        if ((await entries.add(entry)) || (cause !== undefined && (await isThere(entry)))) {
          see(entry);
          return entry;
        }
        unsure = undefined;
      } catch (error) {
        if (!(error instanceof TransientFailure)) throw error;
        cause = error;
      }
      seen = undefined;
      await pause(tries);
    }
    throw new TransientFailure(`the audit log could not be written to in ${MOST_TRIES} tries`, { cause });
  };

  const inTurn = (event: AuditEvent): Promise<AuditEntry> => {
    const appended = mine.then(() => append(event));
    mine = appended.catch(() => undefined);
    return appended;
  };
  return {
    append: inTurn,
    async note(event) {
      try {
        await inTime(inTurn(event));
        return true;
      } catch (error) {
        report(error, event);
        return false;
      }
    },
  };
};
