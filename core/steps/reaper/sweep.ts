import type { HypervisorId } from '../../contracts/ids.ts';
import { ageInWords } from '../../domain/age-in-words.ts';
import { MESSAGES_KEPT_MS } from '../../domain/quarantine.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import type { EndToSweep, Round } from '../../ports/sweeps.ts';
import type { By } from '../audit/note-removal.ts';
import { counted } from '../health/fact.ts';
import { forgetRemovedTenants } from './forget-removed-tenants.ts';
import { lookAt, type Turn, turnsOf } from './look.ts';
import { inWords } from './place.ts';
import type { ReaperDeps } from './reaper-deps.ts';
import { settlePlace } from './settle-place.ts';

export interface SweepRequest {
  /** Only this tenant; the service side is left out then. Absent: everything. */
  readonly tenantId?: HypervisorId;
  /** So many turns, from the first. Absent: all. */
  readonly first?: number;
  /** ms since 1970: nothing is begun after it. Absent: as long as it takes. */
  readonly until?: number;
  /** Goes on with the round that is under way, or begins one if the last was begun an hour ago; notes how far it comes. */
  readonly rotating?: true;
  /** Asked for by hand: what failed a short time ago is tried all the same. */
  readonly eager?: true;
  /** Findings by their ids: nothing else is removed. */
  readonly only?: ReadonlySet<string>;
  /** As the audit log names it. */
  readonly by?: By;
}

export interface SweepOutcome {
  /** Removed, or closed. */
  readonly removed: number;
  /** Given to a cleanup, if anything was: open until a later sweep does not find it. */
  readonly begun?: number;
  /** Could not be removed: tried again by a later sweep. */
  readonly failed: number;
  /** Findings that are open at the places that were looked at. */
  readonly open: number;
  /** Tenants (and the service side) that there was no time for: the next sweep begins with them. */
  readonly left: number;
  /** It is not the time for a round yet: nothing was looked at. */
  readonly idle?: true;
  readonly problems: readonly string[];
}

/** Records that are written at the same time. */
const SIDE_BY_SIDE = 8;
/** An hour, less what the schedule may be early: it calls every ten minutes. */
const ROUND_MS = 55 * 60_000;
/** A round that takes longer is told of. */
const LATE_MS = 3 * 3_600_000;
/** What one tenant may take of the time, unless its share of what is left is more. */
const TURN_MS = 20_000;
/** Of a tenant whose looks do not come to the end: 20 s, 40, 80, 160, 320, more than a run has. */
const MOST_DOUBLED = 4;

/**
 * Compares what carries our tags, and what the records leave open, with the ledger; removes what is ours, finished and past
 * its grace. Nothing that fails stops the rest. Any number of sweeps may run at a time.
 */
export const createSweep = (deps: ReaperDeps) => {
  const { catalog, clock } = deps;

  return async (request: SweepRequest = {}): Promise<SweepOutcome> => {
    const { tenantId, until = Number.POSITIVE_INFINITY, rotating } = request;
    const by = request.by ?? {
      who: { kind: 'system', principal: 'reaper' },
      requestId: `reaper-${clock.now()}`,
    };
    const turns = (await turnsOf(deps, tenantId)).slice(0, request.first);
    const round = rotating
      ? ofRound(turns, await catalog.sweeps.round(), clock.now())
      : { turns, begunAt: clock.now() };
    if (round.turns.length === 0 && rotating) return { ...NOTHING, left: 0, idle: true, problems: [] };
    const order = round.turns;
    const sum: { removed: number; begun?: number; failed: number; open: number } = { ...NOTHING };
    const problems: string[] = [];
    for (const [at, turn] of order.entries()) {
      const left = order.length - at;
      if (clock.now() >= until) {
        const late = ageInWords(clock.now() - round.begunAt);
        if (clock.now() - round.begunAt > LATE_MS)
          problems.push(`the round that was begun ${late} ago has ${counted(left, 'place')} left to look at`);
        return { ...sum, left, problems };
      }
      const begunAt = clock.now();
      const doubled = await doubledFor(deps, turn);
      const share = Math.max(TURN_MS * 2 ** doubled, (until - clock.now()) / left);
      const turnUntil = Math.min(until, clock.now() + share);
      // Noted first: a turn that takes a function's whole life shall not take the next one's too.
      if (rotating) await catalog.sweeps.setRound({ turn: turn.name, begunAt: round.begunAt });
      try {
        const last = await lookAt(deps, turn, turnUntil, async (place, look) => {
          try {
            // First: what is looked through again takes the next sweep's time.
            await forgetSwept(deps, look.swept ?? [], turnUntil);
            const done = await settlePlace(deps, place, look, {
              ...{ until: turnUntil, eager: request.eager === true, by },
              ...(request.only ? { only: request.only } : {}),
            });
            sum.removed += done.removed;
            sum.failed += done.failed;
            if (done.begun > 0) sum.begun = (sum.begun ?? 0) + done.begun;
            sum.open += done.open;
          } catch (error) {
            problems.push(`${turn.name}: ${inWords(error)}`);
          }
        });
        if (!turn.tenant) {
          await forgetRemovedTenants(deps, turnUntil);
          await catalog.quarantine.forgetMessages(clock.now() - MESSAGES_KEPT_MS);
        }
        if (last && turn.tenant) {
          const { isUnfinished, ...look } = last;
          const next = isUnfinished ? doubled + 1 : doubled - (isShort(clock.now() - begunAt, doubled) ? 1 : 0);
          const noted = next > 0 ? { ...look, doubled: Math.min(next, MOST_DOUBLED) } : look;
          await catalog.sweeps.setLastLook(turn.tenant.hypervisorId, noted);
        }
      } catch (error) {
        problems.push(`${turn.name}: ${inWords(error)}`);
      }
    }
    return { ...sum, left: 0, problems };
  };
};

const doubledFor = async ({ catalog }: ReaperDeps, { tenant }: Turn): Promise<number> =>
  (tenant && (await catalog.sweeps.lastLook(tenant.hypervisorId).catch(() => undefined))?.doubled) ?? 0;

/** Half of the time would have done: of a turn one half is for looking. */
const isShort = (tookMs: number, doubled: number): boolean =>
  doubled > 0 && tookMs < (TURN_MS * 2 ** (doubled - 1)) / 2;

const NOTHING = { removed: 0, failed: 0, open: 0 } as const;

/** What is left of the last round; of one that is through and was begun an hour ago, all. The turns are in order of their names. */
const ofRound = (
  turns: readonly Turn[],
  last: Round | undefined,
  now: number,
): { readonly turns: readonly Turn[]; readonly begunAt: number } => {
  if (!last) return { turns, begunAt: now };
  const rest = turns.filter(({ name }) => name > last.turn);
  if (rest.length === 0 && now - last.begunAt >= ROUND_MS) return { turns, begunAt: now };
  return { turns: rest, begunAt: last.begunAt };
};

/** Jobs that have left nothing, as far as the time lasts. */
const forgetSwept = async (
  { catalog, clock }: ReaperDeps,
  swept: readonly EndToSweep[],
  until: number,
): Promise<void> => {
  await inParallel(swept, SIDE_BY_SIDE, async (end) => {
    if (clock.now() < until) await catalog.sweeps.setSwept(end);
  });
};
