/**
 * How the quota of EBS direct calls (GetSnapshotBlock and PutSnapshotBlock, each for itself) is divided among the orders
 * that are open in one account and region. What one order is told reaches its node with the answer to a heartbeat, or
 * does not: so a share that is lowered counts in full until the node has said that it knows, and what became free that
 * way goes to the others with their next heartbeat. The sum of what nodes may be calling never exceeds the quota.
 */

/** Of one snapshot (Get and Put apart); nobody raises it. */
export const SNAPSHOT_CALLS_PER_SECOND = 1_000;

/** Kept back for orders that begin before the others have been told. */
const RESERVE = 0.02;
/** Rates are told in hundredths of a call a second. */
const STEP = 100;

/** What one claim of an order was told. Rates are calls a second. */
export interface Share {
  readonly holder: string;
  /** The snapshot that its calls go to. */
  readonly snapshotId: string;
  readonly told: number;
  /** What it may be calling at: not less than `told`. */
  readonly counted: number;
  /** ms since 1970; a node that has heard nothing until then has stopped calling. */
  readonly until: number;
}

export interface ShareRequest {
  readonly holder: string;
  readonly snapshotId: string;
  /** What the node says that it was told last; 0 with a claim. */
  readonly running: number;
  readonly now: number;
  readonly until: number;
}

export interface Divided {
  readonly shares: readonly Share[];
  /** What the holder may call at from now on; 0: it waits. */
  readonly rate: number;
  /** `confirm`: others wait for it to say that it knows its lower rate. `low`: more comes when others have been told. */
  readonly expects: 'confirm' | 'low' | 'nothing';
}

/** Gives the requesting order its share. Pure: whoever keeps the shares may have to decide anew on newer ones. */
export const divideQuota = (
  shares: readonly Share[],
  accountLimit: number,
  { holder, snapshotId, running, now, until }: ShareRequest,
): Divided => {
  const live = shares.filter((share) => share.until > now);
  const mine = live.find((share) => share.holder === holder);
  const others = live.filter((share) => share !== mine);
  const asked = { holder, snapshotId };
  const limits = [
    { limit: accountLimit, used: sumOf(others) },
    {
      limit: SNAPSHOT_CALLS_PER_SECOND,
      used: sumOf(others.filter((share) => share.snapshotId === snapshotId)),
    },
  ];
  const fair = fairRate([...others, asked], accountLimit, asked);
  const room = Math.max(0, Math.min(...limits.map(({ limit, used }) => limit - used)));
  const growth = Math.min(...limits.map(({ limit, used }) => limit * (1 - RESERVE) - used));
  const had = mine?.told ?? 0;
  // whoever has next to nothing may take from the reserve, and leaves as much for the next
  const start = had < Math.min(...limits.map(({ limit }) => limit)) * RESERVE ? room / 2 : 0;
  const rate = Math.floor(Math.min(fair, room, Math.max(had, growth, start)) * STEP) / STEP;
  const knows = mine === undefined || running === mine.told;
  const counted = Math.max(rate, mine === undefined ? 0 : knows ? mine.told : mine.counted);
  return {
    shares: [...others, { holder, snapshotId, told: rate, counted, until }],
    rate,
    expects: counted > rate ? 'confirm' : rate < fair * 0.95 ? 'low' : 'nothing',
  };
};

/** Without the holder's share, and without those that have lapsed. */
export const withoutShare = (shares: readonly Share[], holder: string, now: number): readonly Share[] =>
  shares.filter((share) => share.until > now && share.holder !== holder);

const sumOf = (shares: readonly Share[]): number => shares.reduce((sum, { counted }) => sum + counted, 0);

/** Equal shares of the account, but for those whose snapshot bears less: what they cannot use, the others divide. */
const fairRate = (
  open: readonly Pick<Share, 'holder' | 'snapshotId'>[],
  accountLimit: number,
  { snapshotId }: Pick<Share, 'snapshotId'>,
): number => {
  const perSnapshot = Map.groupBy(open, (share) => share.snapshotId);
  const capOf = (snapshot: string): number =>
    (SNAPSHOT_CALLS_PER_SECOND * (1 - RESERVE)) / (perSnapshot.get(snapshot)?.length ?? 1);
  const caps = open.map((share) => capOf(share.snapshotId)).sort((a, b) => a - b);
  let left = accountLimit * (1 - RESERVE);
  for (const [at, cap] of caps.entries()) {
    const level = left / (caps.length - at);
    if (cap > level) return Math.min(level, capOf(snapshotId));
    left -= cap;
  }
  return capOf(snapshotId);
};
