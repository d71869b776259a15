/** How often something is asked for again. A hidden tab asks for nothing: TanStack Query's own default. */
const QUIET_MS = 10_000;
/** What was only just asked for mostly moves at once. */
const FRESH_MS = 30_000;
const STANDING = ['queued', 'waiting', 'suspended'];

/** Who has many jobs a day has the overview read them less often: each time costs as much as there are. */
const MANY_JOBS = 200;
const [FEW_MS, MANY_MS] = [15_000, 60_000];

/** Of a list of so many jobs of the last day. */
export const pollOfDay = (jobs: number): number => (jobs > MANY_JOBS ? MANY_MS : FEW_MS);

interface Moving {
  readonly state: string;
  readonly createdAt: string;
}

/** As often as `often` (ms) while it moves; every ten seconds where it only waits, and has for a while. */
export const pollOf = ({ state, createdAt }: Moving, often: number): number =>
  STANDING.includes(state) && Date.now() - Date.parse(createdAt) > FRESH_MS ? QUIET_MS : often;
