import { NotRecorded } from '../../domain/errors.ts';
import { backOff, type Finding, type RecordedFinding } from '../../domain/finding.ts';
import { defined } from '../../domain/view-fields.ts';
import type { By } from '../audit/note-removal.ts';
import { REMOVAL_ORDER } from './look-at-account.ts';
import { noteInUse } from './note-in-use.ts';
import { noteUndone } from './note-undone.ts';
import { inWords, type Look, type Place, placeName } from './place.ts';
import type { ReaperDeps } from './reaper-deps.ts';
import { createRemove } from './remove-finding.ts';

interface How {
  readonly until: number;
  /** Also what failed a short time ago. */
  readonly eager: boolean;
  readonly by: By;
  /** Nothing but these. */
  readonly only?: ReadonlySet<string>;
}

interface Settled {
  readonly removed: number;
  /** Cleanups that were started. */
  readonly begun: number;
  readonly failed: number;
  readonly open: number;
}

/** Past its grace, and (but for an operator) past the pause after a try that failed. */
export const isDue = ({ action, dueAt }: Finding, before: RecordedFinding | undefined, now: number): boolean =>
  action === 'remove' && dueAt <= now && (before?.nextTryAt ?? 0) <= now;

/** Of those that are not named, whatever comes last. */
export const inOrder = (findings: readonly Finding[]): readonly Finding[] => {
  const placeOf = ({ kind }: Finding): number => (REMOVAL_ORDER.includes(kind) ? REMOVAL_ORDER.indexOf(kind) : 99);
  return findings.toSorted((a, b) => placeOf(a) - placeOf(b));
};

/**
 * Removes what is due of what was found at one place, each for itself, and records what stays: what resists, with the error and
 * when it is tried again; what is for a person to look at. What was recorded before and is gone is taken off. The audit log
 * names each before it is removed. Errors: NotRecorded (nothing more was removed; what was found is recorded all the same),
 * TransientFailure.
 */
export const settlePlace = async (deps: ReaperDeps, place: Place, look: Look, how: How): Promise<Settled> => {
  const { catalog, clock } = deps;
  const name = placeName(place);
  const before = new Map((await catalog.findings.ofPlace(name)).map((each) => [each.findingId, each]));
  const isReady = (finding: Finding): boolean =>
    (how.only?.has(finding.findingId) ?? true) &&
    isDue(finding, how.eager ? undefined : before.get(finding.findingId), clock.now());
  const due = inOrder(look.findings.filter(isReady));
  const gone = new Set<string>();
  const begun = new Set<string>();
  const errors = new Map<string, string>();
  const remove = createRemove(deps, place);
  let unrecorded: unknown;
  // Before anything else: once such a volume is detached, nothing shows that it was in use.
  for (const finding of look.findings.filter(({ inUse }) => inUse)) {
    if (clock.now() >= how.until) break;
    await noteInUse(catalog, finding).catch((error: unknown) => errors.set(finding.findingId, inWords(error)));
  }
  for (let at = 0; at < due.length && clock.now() < how.until; at += AT_ONCE) {
    const some = due.slice(at, at + AT_ONCE);
    unrecorded = await note(deps, how.by, some, 'Asked').then(
      () => undefined,
      (error: unknown) => error,
    );
    if (unrecorded !== undefined) break;
    for (const alike of sideBySide(some)) {
      if (clock.now() >= how.until) break;
      await Promise.all(
        alike.map(async (finding) => {
          try {
            const outcome = await remove(finding);
            if (outcome === 'gone') gone.add(finding.findingId);
            if (outcome === 'begun') begun.add(finding.findingId);
          } catch (error) {
            errors.set(finding.findingId, inWords(error));
          }
        }),
      );
    }
    const removed = some.filter(({ findingId }) => gone.has(findingId) || begun.has(findingId));
    if (removed.length > 0) await note(deps, how.by, removed, 'Done');
  }
  const now = clock.now();
  const open = look.findings.filter(
    ({ findingId, action, dueAt }) =>
      !gone.has(findingId) &&
      (action === 'show' || (action === 'remove' && dueAt <= now) || (action === 'wait' && dueAt + WAITED_MS <= now)),
  );
  const toWrite = open.flatMap((finding): RecordedFinding[] => {
    const { findingId, action, reason } = finding;
    const known = before.get(findingId);
    const tried = tryOf(known, begun.has(findingId), errors.get(findingId));
    const isNews = tried !== undefined || known?.reason !== reason || known.action !== action;
    // What a tenant has tagged alike is not written anew each time.
    return isNews || now - known.lastSeenAt > SEEN_MS ? [recorded(finding, known, tried, now)] : [];
  });
  const found = new Set(look.findings.map(({ findingId }) => findingId));
  const isOver = ({ findingId }: RecordedFinding): boolean =>
    gone.has(findingId) || (look.complete && !found.has(findingId));
  // First what was tried: the rest is found again.
  const wasTried = ({ lastTriedAt }: RecordedFinding): number => (lastTriedAt === now ? 0 : 1);
  await batches(
    deps,
    how,
    toWrite.toSorted((a, b) => wasTried(a) - wasTried(b)),
    catalog.findings.put,
  );
  await batches(deps, how, [...before.values()].filter(isOver), ({ findingId }) =>
    catalog.findings.remove(name, findingId),
  );
  if (unrecorded !== undefined) throw unrecorded;
  await noteUndone(catalog, look, gone);
  return { removed: gone.size, begun: begun.size, failed: errors.size, open: open.length };
};

/** What there is no time for is left to the next sweep, but for the first of it. */
const batches = async <T>(
  { clock }: ReaperDeps,
  { until }: How,
  all: readonly T[],
  write: (each: T) => Promise<void>,
): Promise<void> => {
  for (let at = 0; at < all.length && (at === 0 || clock.now() < until); at += SIDE_BY_SIDE)
    await Promise.all(all.slice(at, at + SIDE_BY_SIDE).map((each) => write(each)));
};

/** What is said of a try that did not end it: `error` of one that failed, or of a cleanup that had been started before. */
const tryOf = (
  before: RecordedFinding | undefined,
  isBegun: boolean,
  error: string | undefined,
): { readonly error?: string } | undefined => {
  if (error !== undefined) return { error };
  if (!isBegun) return undefined;
  const times = before?.attempts ?? 0;
  return times === 0 ? {} : { error: `its cleanup was started ${times} times before, and has not done it` };
};

/** A few at a time, of one kind: what holds something goes before what it holds. */
function* sideBySide(findings: readonly Finding[]): Generator<readonly Finding[]> {
  for (let from = 0; from < findings.length; ) {
    const { kind } = findings[from] as Finding;
    const most = findings.slice(from, from + SIDE_BY_SIDE);
    const other = most.findIndex((each) => each.kind !== kind);
    const alike = other < 0 ? most : most.slice(0, other);
    yield alike;
    from += alike.length;
  }
}

const recorded = (
  finding: Finding,
  before: RecordedFinding | undefined,
  tried: { readonly error?: string } | undefined,
  now: number,
): RecordedFinding => {
  const { firstSeenAt = now, lastTriedAt, nextTryAt, error } = before ?? {};
  const attempts = (before?.attempts ?? 0) + (tried ? 1 : 0);
  return {
    ...finding,
    ...{ firstSeenAt, lastSeenAt: now, attempts },
    ...defined(
      tried
        ? { lastTriedAt: now, nextTryAt: now + backOff(attempts), error: tried.error }
        : { lastTriedAt, nextTryAt, error },
    ),
  };
};

/** Calls at a time in one tenant's account: a tenth of what EC2 lets an account do in a second. */
const SIDE_BY_SIDE = 8;
/** So long past its grace, what waits for something else to go first is shown, too. */
const WAITED_MS = 24 * 3_600_000;
/** How exactly a record says when its finding was seen last. */
const SEEN_MS = 12 * 3_600_000;
/** Ids in one entry: 5 KB. */
const AT_ONCE = 100;

const note = async (
  { audit }: ReaperDeps,
  { who, requestId }: By,
  findings: readonly Finding[],
  outcome: 'Asked' | 'Done',
): Promise<void> => {
  const kinds = [...new Set(findings.map(({ kind }) => kind))].join(', ');
  const [{ tenantId } = {}] = findings;
  const event = {
    who,
    what: {
      operation: 'remove what was left behind',
      ...(tenantId === undefined ? {} : { tenantId }),
      subjects: findings.map(({ subject }) => subject.slice(0, 64)),
      detail: `${kinds}${findings[0] ? ` of ${findings[0].place}` : ''}`.slice(0, 1_024),
    },
    from: {},
    allowed: true,
    outcome,
    requestId,
  };
  if (outcome === 'Done') {
    await audit.note(event);
    return;
  }
  try {
    await audit.append(event);
  } catch (cause) {
    throw new NotRecorded('What is to be removed cannot be recorded now, so nothing was removed.', { cause });
  }
};
