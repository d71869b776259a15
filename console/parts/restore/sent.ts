/**
 * What was sent to start a restore, kept by this tab and not by the address, so that nobody has it from a bookmark. Asked
 * again because an answer was lost it has the same key, and is started once.
 */
import { z } from 'zod';
import { ApiFailure } from '../../api.ts';

const Sent = z.object({
  /** Its Idempotency-Key. */
  key: z.string(),
  /** The body as it was sent: another one is another restore. */
  request: z.string(),
  /** The wizard with its choices. */
  address: z.string(),
  /** What is restored, in words. */
  what: z.string(),
  /** ISO time of the first time. */
  at: z.string(),
  times: z.number(),
  /** What it was answered with; until then nobody knows whether it was started. */
  jobId: z.string().optional(),
});
export type Sent = z.infer<typeof Sent>;

/** Of what would be sent now: what became of what was sent before. */
export type Fate =
  /** Nothing is open. */
  | 'none'
  | 'pending'
  /** This very restore was sent, and no answer came. */
  | 'unknown'
  /** As unknown, of a restore with other choices. */
  | 'another'
  /** This very restore was started. */
  | 'started';

export const fateOf = (sent: Sent | undefined, request: string, isPending: boolean): Fate => {
  if (isPending) return 'pending';
  if (!sent) return 'none';
  if (sent.jobId !== undefined) return sent.request === request ? 'started' : 'none';
  return sent.request === request ? 'unknown' : 'another';
};

/** The same once more, or a first time. */
export const toSend = (before: Sent | undefined, now: Omit<Sent, 'key' | 'times' | 'jobId'>): Sent =>
  before?.request === now.request && before.jobId === undefined
    ? { ...before, times: before.times + 1 }
    : { ...now, key: crypto.randomUUID(), times: 1 };

/** A refusal says of this time only that nothing was started: not of the time before, whose answer was lost. */
export const isSettledBy = (error: unknown, { times }: Sent): boolean =>
  error instanceof ApiFailure && !error.isLost && times === 1;

interface Store {
  getItem(name: string): string | null;
  setItem(name: string, value: string): void;
  removeItem(name: string): void;
}

const nameOf = (owner: string): string => `holdfast-restore-${owner}`;

/** `owner`: the hypervisor whose restore it is. What cannot be read was not kept by this page. */
export const sentOf = (store: Store, owner: string): Sent | undefined => {
  try {
    return Sent.parse(JSON.parse(store.getItem(nameOf(owner)) ?? 'null'));
  } catch {
    return undefined;
  }
};

export const keepSent = (store: Store, owner: string, sent: Sent): void =>
  store.setItem(nameOf(owner), JSON.stringify(sent));

export const forgetSent = (store: Store, owner: string): void => store.removeItem(nameOf(owner));
