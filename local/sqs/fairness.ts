/**
 * Fair queues, as SQS documents them for standard queues whose messages carry a MessageGroupId: groups that take more than
 * their share of the consumers are noisy, and messages of quiet groups are delivered before theirs. Nothing is held back:
 * where no quiet group has a message, noisy ones get theirs, the one with the fewest in flight first.
 */

interface Sent {
  readonly id: string;
  readonly groupId?: string;
  readonly visibleAt: number;
  readonly receiveCount: number;
  readonly lastReceivedAt?: number;
}

interface Group<M> {
  readonly backlog: M[];
  /** Since when each of its messages in flight is being worked on (ms since 1970). */
  readonly inFlightSince: number[];
}

export type Groups<M> = ReadonlyMap<string, Group<M>>;

/** SQS's thresholds; it calls them approximate. */
const SHARE = 0.1;
const LEAST_IN_FLIGHT = 30;
const SILENT_MS = 5 * 60_000;
/** SQS says "recent" and no figure. */
const RECENT_MS = 5 * 60_000;

/** Each message without a group is a group of its own. */
export const groupOf = ({ id, groupId }: Pick<Sent, 'id' | 'groupId'>): string => groupId ?? `message ${id}`;

/** By group, in the order of sending; what is delayed belongs to neither. */
export const groupsOf = <M extends Sent>(messages: Iterable<M>, now: number): Groups<M> => {
  const groups = new Map<string, Group<M>>();
  for (const message of messages) {
    const key = groupOf(message);
    const group = groups.get(key) ?? { backlog: [], inFlightSince: [] };
    groups.set(key, group);
    if (message.visibleAt <= now) group.backlog.push(message);
    else if (message.receiveCount > 0) group.inFlightSince.push(message.lastReceivedAt ?? now);
  }
  return groups;
};

/** How much of the consumers' time each group had of late, and when it last sent something. */
export class Shares {
  #worked: { readonly group: string; readonly from: number; readonly to: number }[] = [];
  readonly #sentAt = new Map<string, number>();

  sent(group: string, now: number): void {
    this.#sentAt.set(group, now);
    if (this.#sentAt.size > 1_000)
      for (const [each, at] of this.#sentAt) if (at + SILENT_MS <= now) this.#sentAt.delete(each);
  }

  processed(group: string, from: number, to: number): void {
    if (to > from) this.#worked.push({ group, from, to });
  }

  noisy<M>(groups: Groups<M>, now: number): ReadonlySet<string> {
    const since = now - RECENT_MS;
    this.#worked = this.#worked.filter(({ to }) => to > since);
    const time = new Map<string, number>();
    const add = (group: string, from: number, to: number): void => {
      time.set(group, (time.get(group) ?? 0) + to - Math.max(from, since));
    };
    for (const { group, from, to } of this.#worked) add(group, from, to);
    let inFlight = 0;
    for (const [key, { inFlightSince }] of groups) {
      inFlight += inFlightSince.length;
      for (const from of inFlightSince) add(key, from, now);
    }
    const allTime = [...time.values()].reduce((sum, ms) => sum + ms, 0);
    const isNoisy = ([key, { backlog, inFlightSince }]: [string, Group<M>]): boolean =>
      backlog.length > 0 &&
      now - (this.#sentAt.get(key) ?? now) < SILENT_MS &&
      ((inFlightSince.length >= LEAST_IN_FLIGHT && inFlightSince.length > inFlight * SHARE) ||
        (time.get(key) ?? 0) > allTime * SHARE);
    return new Set([...groups].filter(isNoisy).map(([key]) => key));
  }
}

/** The messages that may be delivered now, in the order in which a fair queue delivers them. */
export function* inFairOrder<M extends { readonly sequence: number }>(
  groups: Groups<M>,
  shares: Shares,
  now: number,
): Iterable<M> {
  const waiting = [...groups].filter(([, { backlog }]) => backlog.length > 0);
  if (waiting.length === 1) return yield* waiting[0]?.[1].backlog ?? [];
  const noisy = shares.noisy(groups, now);
  const quiet = waiting.filter(([key]) => !noisy.has(key)).flatMap(([, { backlog }]) => backlog);
  yield* quiet.sort((a, b) => a.sequence - b.sequence);
  const left = waiting
    .filter(([key]) => noisy.has(key))
    .map(([, { backlog, inFlightSince }]) => ({ backlog, next: 0, inFlight: inFlightSince.length }));
  for (;;) {
    const some = left.filter(({ backlog, next }) => next < backlog.length);
    const fewest = some.reduce<(typeof some)[number] | undefined>(
      (best, each) => (best === undefined || each.inFlight < best.inFlight ? each : best),
      undefined,
    );
    if (!fewest) return;
    yield fewest.backlog[fewest.next++] as M;
    fewest.inFlight++;
  }
}
