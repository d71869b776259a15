import type { FindingView, ReaperPlanView, ReaperResult, RunReaper } from '../../contracts/reaper.ts';
import { Conflict } from '../../domain/errors.ts';
import type { Finding, RecordedFinding } from '../../domain/finding.ts';
import { defined, time } from '../../domain/view-fields.ts';
import { createPlanSweep, type SweepPlan, turnsIn } from '../reaper/plan-sweep.ts';
import type { ReaperDeps } from '../reaper/reaper-deps.ts';
import { createSweep } from '../reaper/sweep.ts';
import { notFound } from './not-found.ts';

/** API Gateway answers after 29 s at the latest; a run looks twice, the first time at what its plan has reached. */
const PLAN_MS = 10_000;
const PLAN_AGAIN_MS = 14_000;
const RUN_MS = 12_000;
/** Both together: a call that waits for its turn may end some seconds after the time is up. */
const WHOLE_MS = 23_000;

/** A function's answer has room for 6 MB. */
const MOST_SHOWN = 5_000;

const findingView = (finding: Finding & { readonly before?: RecordedFinding }): FindingView => {
  const { place, tenantId, region, kind, subject, action, reason, dueAt, jobId, before } = finding;
  return {
    ...{ place, kind, subject, action, reason },
    ...defined({
      tenantId,
      region,
      jobId,
      dueAt: action === 'remove' ? time(dueAt) : undefined,
      firstSeenAt: before && time(before.firstSeenAt),
      attempts: before?.attempts,
      error: before?.error,
      nextTryAt: before?.nextTryAt === undefined ? undefined : time(before.nextTryAt),
    }),
  };
};

/** Errors: NotFound. */
const plan = async (deps: ReaperDeps, tenantId: string | undefined, ms: number, first?: number): Promise<SweepPlan> => {
  if (tenantId !== undefined && (await deps.catalog.hypervisors.get(tenantId))?.kind !== 'tenant')
    throw notFound('hypervisor', 'tenantId');
  return createPlanSweep(deps)(tenantId, deps.clock.now() + ms, first);
};

/** Shows what a sweep would find, remove and leave, and why; nothing is done. Errors: NotFound. */
export const createPlanReaper =
  (deps: ReaperDeps) =>
  async (tenantId: string | undefined): Promise<ReaperPlanView> => {
    const { token, due, findings, notLookedAt } = await plan(deps, tenantId, PLAN_MS);
    const more = findings.length - MOST_SHOWN;
    return {
      token,
      findings: findings.slice(0, MOST_SHOWN).map(findingView),
      ...(more > 0 ? { more } : {}),
      due: due.size,
      notLookedAt: [...notLookedAt],
    };
  };

/**
 * Removes what the plan of that token removes, and nothing else; without a token whatever is due of one tenant. What failed
 * a short time ago is tried again. Errors: NotFound, Conflict (the plan has become another).
 */
export const createRunReaper =
  (deps: ReaperDeps) =>
  async (requestedBy: string, { token, tenantId }: RunReaper): Promise<ReaperResult> => {
    const end = deps.clock.now() + WHOLE_MS;
    const first = token === undefined ? undefined : turnsIn(token);
    const shown = await plan(deps, tenantId, PLAN_AGAIN_MS, first);
    if (token !== undefined && token !== shown.token) {
      throw new Conflict('What a sweep would remove has changed since it was shown.', {
        field: 'token',
        remedy: 'Look at it again (holdfast reaper plan), and run it with the new token.',
      });
    }
    const outcome = await createSweep(deps)({
      ...(tenantId === undefined ? {} : { tenantId }),
      ...(token === undefined ? {} : { only: shown.due }),
      ...(first === undefined ? {} : { first }),
      until: Math.min(end, deps.clock.now() + RUN_MS),
      eager: true,
      by: { who: { kind: 'operator', principal: requestedBy }, requestId: `reaper-${shown.token.slice(0, 32)}` },
    });
    return { ...outcome, problems: [...outcome.problems] };
  };
