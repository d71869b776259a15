import { REPLACED_BY, TAG } from '../../domain/effect.ts';
import type { Finding, FindingKind } from '../../domain/finding.ts';
import { instancesOf, judgeReplaced, judgeThing, type Verdict } from '../../domain/leftover.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import type { OursPage, TaggedThing } from '../../ports/tenant-scope.ts';
import type { TenantLedger } from './ledger.ts';
import { type Found, findingAt, inWords, type Look, type Place, placeName } from './place.ts';
import type { ReaperDeps } from './reaper-deps.ts';

/** Of each kind: a tenant may tag any number of its own things as ours. */
const MOST_SHOWN = 100;

type Account = Extract<Place, { kind: 'account' }>;

/** Goes on the session, into the tenant's trail. */
const SOURCE_IDENTITY = 'holdfast-reaper';

/** What is attached goes after what holds it, and a snapshot after the image that names it. */
export const REMOVAL_ORDER: readonly FindingKind[] = ['lease', 'instance', 'volume', 'replaced-volume', 'image'];

/**
 * Everything with our tags in one account and region, against the records. The account may be one whose access was
 * revoked: what is ours there still goes. A list that cannot be read is a
 * finding that names it; what the others show is judged all the same. Errors: TenantAccessLost, TransientFailure (nothing could be looked at).
 */
export const lookAtAccount = async (
  { scopes, clock, sha256, settings }: ReaperDeps,
  place: Account,
  ledger: TenantLedger,
  until: number,
): Promise<Look> => {
  const { tenant, region } = place;
  const found = findingAt(sha256, place);
  const scope = await scopes.open(tenant, SOURCE_IDENTITY, { to: 'look', region, closing: true });
  const findings: Finding[] = [];
  const shown = new Map<FindingKind, number>();
  const all = (): readonly Finding[] => [
    ...findings,
    ...unlisted(shown).map((each) => found({ ...each, dueAt: clock.now() })),
  ];
  const judged = (things: readonly TaggedThing[]): Promise<(Judged | undefined)[]> =>
    inParallel(things, READS_AT_ONCE, (thing) =>
      judge(thing, place, ledger).catch((error: unknown) => unjudged(thing, error)),
    );
  const kept = new Set<string | undefined>();
  const failed: string[] = [];
  for await (const { things, failed: list } of inParts(scope.ours())) {
    if (list) failed.push(`${list.list}: ${inWords(list.error)}`);
    for (const [at, each] of (await judged(things)).entries()) {
      if (each === undefined) {
        kept.add(things[at]?.tags[TAG.operation]);
        continue;
      }
      const { endedAt, ...rest } = each;
      if (each.action === 'show') {
        const count = (shown.get(each.kind) ?? 0) + 1;
        shown.set(each.kind, count);
        // what is in use is noted once, however many there are
        if (count > MOST_SHOWN && !each.inUse) continue;
      }
      const dueAt = endedAt === undefined ? clock.now() : endedAt + settings.graceMs;
      findings.push(found({ ...rest, dueAt }));
    }
    if (clock.now() >= until) {
      const unfinished = found({ ...UNFINISHED, subject: placeName(place), dueAt: clock.now() });
      return { findings: [...all(), unfinished], complete: false, unfinished: true };
    }
  }
  if (failed.length === 0) return { findings: all(), complete: true, kept };
  const unread = found({
    ...{ kind: 'account', subject: placeName(place), action: 'show', dueAt: clock.now() },
    reason: `not all of it could be looked at: ${failed.join('; ')}`.slice(0, 1_000),
  });
  return { findings: [...all(), unread], complete: false };
};

/** As an account that could not be reached: it goes off the list with a look that comes to the end. */
const UNFINISHED = {
  kind: 'account',
  action: 'show',
  reason: 'there was no time to look at all of it: the next look has twice the time',
} as const;

/** So many things are judged before it is looked at the clock. */
const PART = 100;
/** Jobs whose records are read at the same time. */
const READS_AT_ONCE = 16;

async function* inParts(pages: AsyncIterable<OursPage>): AsyncGenerator<OursPage> {
  for await (const { things, ...rest } of pages) {
    for (let at = 0; at < things.length; at += PART) yield { things: things.slice(at, at + PART) };
    yield { things: [], ...rest };
  }
}

const unlisted = (shown: ReadonlyMap<FindingKind, number>): readonly Judged[] =>
  [...shown]
    .filter(([, count]) => count > MOST_SHOWN)
    .map(([kind, count]) => ({
      ...{ kind: 'unlisted', subject: kind, action: 'show' },
      reason: `${count - MOST_SHOWN} more of this kind have tags like ours, and are not`,
    }));

type Judged = Omit<Found, 'dueAt'> & { readonly endedAt?: number };

const judge = async (thing: TaggedThing, place: Account, ledger: TenantLedger): Promise<Judged | undefined> => {
  // Most of what a tenant has is this: nothing is read for it.
  if (thing.kind === 'snapshot' && ledger.keptSnapshots.has(thing.id)) return undefined;
  const replacedBy = thing.tags[REPLACED_BY];
  if (thing.kind === 'volume' && replacedBy !== undefined) return replaced(thing, replacedBy, ledger);
  const jobId = thing.tags[TAG.job] ?? '';
  const job = jobId.startsWith('job-') ? await ledger.job(jobId) : undefined;
  const attempt = Number(thing.tags[TAG.attempt]);
  const effects = job && Number.isSafeInteger(attempt) ? await ledger.effects(jobId, attempt) : [];
  const children = job?.type === 'restore' ? await ledger.children(jobId) : [];
  const verdict = judgeThing(thing, {
    job,
    effect: effects.find(({ effectId }) => effectId === thing.tags[TAG.operation]),
    results: children.flatMap(({ phase, result }) => (phase === 'done' && result ? [result] : [])),
    instances: instancesOf(effects),
    keptSnapshots: ledger.keptSnapshots,
    region: place.region,
    home: place.tenant.region,
  });
  const operation = thing.tags[TAG.operation];
  const of = operation === undefined ? {} : { operation };
  return said(verdict, { kind: thing.kind, subject: thing.id, ...(job ? { jobId, attempt, ...of } : {}) });
};

const replaced = async (thing: TaggedThing, jobId: string, ledger: TenantLedger): Promise<Judged | undefined> => {
  const job = jobId.startsWith('job-') ? await ledger.job(jobId) : undefined;
  const children = job ? await ledger.children(jobId) : [];
  const done = children.filter(({ phase, result }) => phase === 'done' && result !== undefined);
  const of = done.find(({ result }) => result?.replacedVolumes?.some(({ volumeId }) => volumeId === thing.id));
  const verdict = judgeReplaced(
    thing,
    job,
    done.flatMap(({ result }) => (result ? [result] : [])),
  );
  return said(verdict, {
    kind: 'replaced-volume',
    subject: thing.id,
    ...(job ? { jobId } : {}),
    ...(of ? { of: of.instanceId } : {}),
  });
};

const said = (verdict: Verdict, about: Omit<Judged, 'action' | 'reason' | 'endedAt'>): Judged | undefined =>
  verdict.action === 'keep' ? undefined : { ...about, ...verdict };

/** Its records could not be read: looked at again with the next sweep. */
const unjudged = ({ kind, id }: TaggedThing, error: unknown): Judged => ({
  kind,
  subject: id,
  action: 'show',
  reason: `its records could not be read: ${inWords(error)}`,
});
