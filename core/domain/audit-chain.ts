/** The audit log is a chain: each entry holds the hash of the one before, so that nothing can be cut, swapped or changed. */
import { AuditAnchor, AuditEntry } from '../contracts/audit.ts';
import type { Sha256 } from '../ports/control.ts';

/** What somebody did, or was refused. */
export type AuditEvent = Omit<AuditEntry, 'seq' | 'at' | 'previous' | 'hash'>;

/** Whatever is in the place of that number: somebody may have put there what is no entry. */
export interface StoredEntry {
  readonly seq: number;
  readonly entry: unknown;
}

/** Before the first entry. */
export const GENESIS = '0'.repeat(64);
const GENESIS_TIME = new Date(0).toISOString();

export type ChainEnd = Pick<AuditEntry, 'seq' | 'at' | 'hash'>;

/** JSON with sorted keys and no spaces; fields that are undefined are left out. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`).join(',')}}`;
};

export const hashOfEntry = (sha256: Sha256, { hash: _, ...entry }: Omit<AuditEntry, 'hash'> & { hash?: string }) =>
  sha256(canonicalJson(entry));

/** Where the chain ends. What is there and is no entry stands in it all the same: the check finds it, and the log goes on. */
export const endOfChain = (sha256: Sha256, { seq, entry }: StoredEntry): ChainEnd => {
  const { success, data } = AuditEntry.safeParse(entry);
  return success && data.seq === seq ? data : { seq, at: GENESIS_TIME, hash: sha256(canonicalJson(entry)) };
};

/** `now` in ms since 1970; if the entry before is later (functions' clocks differ a little), that time. */
export const nextEntry = (sha256: Sha256, before: ChainEnd | undefined, event: AuditEvent, now: number): AuditEntry => {
  const at = Math.max(now, before ? Date.parse(before.at) : 0);
  const entry = {
    ...event,
    seq: (before?.seq ?? 0) + 1,
    at: new Date(at).toISOString(),
    previous: before?.hash ?? GENESIS,
  };
  return { ...entry, hash: hashOfEntry(sha256, entry) };
};

export const anchorOf = ({ seq, hash }: AuditAnchor): AuditAnchor => ({ seq, hash });

/** `1234:9f86…`, as people keep a head. */
export const writtenAnchor = ({ seq, hash }: AuditAnchor): string => `${seq}:${hash}`;

/** Undefined if it is none. */
export const readAnchor = (text: string): AuditAnchor | undefined => {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  return AuditAnchor.safeParse({ seq: Number(seq), hash }).data;
};

/** Where a chain is broken: the first entry that does not fit, or that should be there. */
export interface BrokenChain {
  readonly seq: number;
  readonly problem: string;
}

export interface ChainCheck {
  /** Entries come in the order in which they are listed, as they were read. */
  add(entry: unknown): BrokenChain | undefined;
  /** After the last entry: is there none missing that an anchor names? */
  end(): BrokenChain | undefined;
  readonly first: AuditEntry | undefined;
  readonly last: AuditEntry | undefined;
}

/**
 * Holds a list of entries against itself and against anchors. `fromTheStart`: the list has to begin with the first entry
 * of all; else its beginning is taken as it is, and anchors before it say nothing.
 */
export const createChainCheck = (
  sha256: Sha256,
  anchors: readonly AuditAnchor[],
  { fromTheStart }: { readonly fromTheStart: boolean },
): ChainCheck => {
  const kept = anchorsBySeq(anchors);
  let first: AuditEntry | undefined;
  let last: AuditEntry | undefined;
  return {
    add(given) {
      const expected = last ? last.seq + 1 : 1;
      const read = AuditEntry.safeParse(given);
      if (!read.success) return { seq: expected, problem: 'it is no entry of an audit log' };
      const entry = read.data;
      const problem = whatIsWrong(sha256, entry, last, fromTheStart || last !== undefined ? expected : entry.seq);
      if (problem) return problem;
      const other = kept.get(entry.seq)?.find(({ hash }) => hash !== entry.hash);
      if (other) return { seq: entry.seq, problem: 'it is not the entry that was anchored under this number' };
      first ??= entry;
      last = entry;
      return undefined;
    },
    end() {
      for (const { seq } of anchors.toSorted((a, b) => a.seq - b.seq)) {
        if (seq > (last?.seq ?? 0))
          return {
            seq: (last?.seq ?? 0) + 1,
            problem: `it and what follows are gone: entry ${seq} was there, and is named by an anchor`,
          };
      }
      return undefined;
    },
    get first() {
      return first;
    },
    get last() {
      return last;
    },
  };
};

const anchorsBySeq = (anchors: readonly AuditAnchor[]): ReadonlyMap<number, readonly AuditAnchor[]> => {
  const bySeq = new Map<number, AuditAnchor[]>();
  for (const anchor of anchors) bySeq.set(anchor.seq, [...(bySeq.get(anchor.seq) ?? []), anchor]);
  return bySeq;
};

const whatIsWrong = (
  sha256: Sha256,
  entry: AuditEntry,
  before: AuditEntry | undefined,
  expected: number,
): BrokenChain | undefined => {
  const broken = (problem: string): BrokenChain => ({ seq: expected, problem });
  if (entry.seq > expected) return broken(`it is missing: entry ${entry.seq} comes instead`);
  if (entry.seq < expected) return broken(`entry ${entry.seq} comes instead, which was to come before`);
  if (hashOfEntry(sha256, entry) !== entry.hash) return broken('it was changed: its hash is another one');
  const previous = before?.hash ?? (entry.seq === 1 ? GENESIS : entry.previous);
  if (entry.previous !== previous) return broken('it does not follow the entry before: that had another hash');
  if (before && entry.at < before.at) return broken('it is older than the entry before');
  return undefined;
};
