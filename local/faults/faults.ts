import { hash } from 'node:crypto';

export type FaultKind =
  | 'throttle'
  | 'error-500'
  | 'error-503'
  /** No effect, and no answer. */
  | 'timeout-before'
  /** The effect happens, the answer never comes. */
  | 'timeout-after'
  | 'access-denied'
  /** No effect, and the connection is reset. */
  | 'reset';

export interface FaultRule {
  /** As in the credential scope, e.g. `ec2`. */
  readonly service: string;
  readonly operation: string;
  readonly kind: FaultKind;
  /** Which of the matching calls fails, from 1; only that one, unless `count` says how many from there on. */
  readonly nth?: number;
  /** Every so-manieth matching call. */
  readonly every?: number;
  /** Each matching call with this probability, drawn from `seed`. */
  readonly probability?: number;
  readonly seed?: string;
  /** How many times at most. */
  readonly count?: number;
  /** Only calls whose input (after the schema) fits. */
  readonly where?: (input: unknown) => boolean;
}

export interface Fault {
  readonly rule: FaultRule;
  /** Matching calls so far, and how many of them failed. */
  readonly seen: number;
  readonly fired: number;
  remove(): void;
}

export interface Faults {
  /** A rule without nth, every and probability fails every matching call. */
  add(rule: FaultRule): Fault;
  list(): readonly Fault[];
  clear(): void;
}

/** What a call must suffer, if anything. Counts it. */
export type DrawFault = (service: string, operation: string, input: unknown) => FaultKind | undefined;

interface Entry {
  readonly rule: FaultRule;
  seen: number;
  fired: number;
  remove(): void;
}

export const createFaults = (): { faults: Faults; draw: DrawFault } => {
  let entries: Entry[] = [];
  return {
    faults: {
      add(rule) {
        const entry: Entry = {
          rule,
          seen: 0,
          fired: 0,
          remove: () => {
            entries = entries.filter((other) => other !== entry);
          },
        };
        entries.push(entry);
        return entry;
      },
      list: () => entries,
      clear: () => {
        entries = [];
      },
    },
    draw(service, operation, input) {
      let kind: FaultKind | undefined;
      for (const entry of entries) {
        const { rule } = entry;
        if (rule.service !== service || rule.operation !== operation) continue;
        if (rule.where && !rule.where(input)) continue;
        entry.seen++;
        if (kind !== undefined || !isDue(entry)) continue;
        entry.fired++;
        kind = rule.kind;
      }
      return kind;
    },
  };
};

const isDue = ({ rule, seen, fired }: Entry): boolean => {
  if (rule.nth !== undefined) return seen >= rule.nth && fired < (rule.count ?? 1);
  if (rule.count !== undefined && fired >= rule.count) return false;
  if (rule.every !== undefined) return seen % rule.every === 0;
  if (rule.probability !== undefined) return draw(rule.seed ?? '', seen) < rule.probability;
  return true;
};

/** From 0 to 1, always the same for a seed and a number. */
const draw = (seed: string, number: number): number =>
  Number.parseInt(hash('sha256', `${seed}/${number}`, 'hex').slice(0, 12), 16) / 2 ** 48;
