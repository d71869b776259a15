import { latenessOf, missedOf } from './objective-fact.ts';
import { lookAtHealth, type ReadHealthDeps } from './read-health.ts';
import { createTellJobEnds, type TellEndsDeps } from './tell-job-end.ts';
import { createTellObjectives, type TellObjectivesDeps } from './tell-objectives.ts';
import { worthWriting } from './worth-writing.ts';

export interface MeasureDeps extends ReadHealthDeps, Omit<TellEndsDeps, 'catalog' | 'ends'>, TellObjectivesDeps {}

export interface MeasureOutcome {
  /** Jobs' ends that were told: mostly none, they are told as they come. */
  readonly told: number;
  /** What did not work, in sentences: the next measurement tries again. */
  readonly problems: readonly string[];
}

/** A week and a day: what `failed jobs` looks back through, and some more. */
const KEPT_MS = 8 * 86_400_000;
const KEPT_PROBLEMS = 10;
/** Of the function's four minutes: what cannot be told must not keep the numbers from being written. */
const FOR_TELLING_MS = 60_000;

/**
 * Every five minutes: tells what was not told yet, writes the facts as metrics, and for each tenant that misses an
 * objective, or did the last time, those that are its own. Tells first: what it met is among the facts.
 */
export const createMeasure = (deps: MeasureDeps) => {
  const { health, meter, clock, missedObjectives } = deps;
  const tellJobEnds = createTellJobEnds({ ...deps, ends: health.ends }, clock);
  const tellObjectives = createTellObjectives(deps);
  return async (): Promise<MeasureOutcome> => {
    const { told, problems: untold } = await tellJobEnds(clock.now() + FOR_TELLING_MS);
    const { now, facts, tenants } = await lookAtHealth(deps);
    const missedBefore = new Set((await missedObjectives.list()).map(({ tenantId }) => tenantId));
    const problems = [...untold, ...(await tellObjectives(tenants, now))];
    for (const tenant of tenants) {
      const missed = missedOf(tenant);
      if (tenant.problem !== undefined) problems.push(`${tenant.tenant.hypervisorId}: ${tenant.problem}`);
      else if (missed.length > 0 || missedBefore.has(tenant.tenant.hypervisorId)) {
        const late = Math.max(0, ...missed.map((each) => latenessOf(each, now)));
        const metrics = { ObjectivesMissed: missed.length, LongestLateSeconds: Math.round(late / 1_000) };
        meter.emit({ metrics, tenantId: tenant.tenant.hypervisorId });
      }
    }
    await health.ends.forgetFailures(now - KEPT_MS);
    const { metrics, saidAt } = worthWriting(facts, (await health.pulses.last('measure'))?.saidAt, now);
    meter.emit({ metrics: { ...metrics, Measurements: 1 } });
    await health.pulses.beat('measure', { at: clock.now(), problems: problems.slice(0, KEPT_PROBLEMS), saidAt });
    return { told, problems };
  };
};
