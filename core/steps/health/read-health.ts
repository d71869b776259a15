import type { HealthFact, HealthView } from '../../contracts/health.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import { time } from '../../domain/view-fields.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { allItems } from '../../ports/every-item.ts';
import type { JobEnds, Pulses, QueueCounts } from '../../ports/health.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import type { Throttles } from '../../ports/throttles.ts';
import { failedJobs, longestWait, notificationFact, openJobs, openWork } from './job-facts.ts';
import { type ObjectivesOfTenant, objectiveFact } from './objective-fact.ts';
import { type ObjectivesDeps, objectivesOf } from './objectives.ts';
import { lookAtService, nodeFact, queueFact } from './service-facts.ts';
import { throttleFact } from './throttle-fact.ts';
import { pulseFacts, quarantineFact, sweepFact } from './upkeep-facts.ts';

/** What is kept for health besides the catalog. */
export interface HealthPorts {
  readonly ends: JobEnds;
  readonly pulses: Pulses;
  readonly queues: QueueCounts;
  readonly throttles: Throttles;
}

export interface ReadHealthDeps extends Pick<ObjectivesDeps, 'sha256'> {
  readonly catalog: ObjectivesDeps['catalog'] & Pick<Catalog, 'hypervisors' | 'nodes' | 'findings' | 'quarantine'>;
  readonly health: HealthPorts;
  readonly clock: Clock;
}

export interface LookedAt {
  readonly now: number;
  readonly facts: readonly HealthFact[];
  readonly tenants: readonly ObjectivesOfTenant[];
}

const TENANTS_AT_ONCE = 4;
const SERVICES_AT_ONCE = 8;

/** All facts. One tenant's, or one service hypervisor's trouble is told among them, and hides none of the others. */
export const lookAtHealth = async (deps: ReadHealthDeps): Promise<LookedAt> => {
  const { catalog, health, clock } = deps;
  const now = clock.now();
  const hypervisors = await allItems((page) => catalog.hypervisors.list(page));
  const tenants = hypervisors.filter((each): each is TenantHypervisor => each.kind === 'tenant' && !each.removing);
  const services = hypervisors.filter((each): each is ServiceHypervisor => each.kind === 'service');
  const objectives = await inParallel(
    tenants,
    TENANTS_AT_ONCE,
    (tenant): Promise<ObjectivesOfTenant> =>
      objectivesOf(deps, tenant, now).then(
        (found) => ({ tenant, objectives: found }),
        (error: unknown) => ({ tenant, problem: error instanceof Error ? error.message : String(error) }),
      ),
  );
  const work = await openWork(deps);
  const lookedAt = await inParallel(services, SERVICES_AT_ONCE, (service) =>
    lookAtService({ catalog, queues: health.queues }, service, now),
  );
  const [tick, measure, anchor, reap] = await Promise.all([
    health.pulses.last('tick'),
    health.pulses.last('measure'),
    health.pulses.last('audit-anchor'),
    health.pulses.last('reap'),
  ]);
  const facts = [
    objectiveFact(objectives, now),
    await failedJobs(health.ends, now),
    openJobs(work, now),
    queueFact(lookedAt, longestWait(work, now)),
    nodeFact(lookedAt, now),
    await sweepFact(catalog, now),
    await quarantineFact(catalog, services),
    await throttleFact(health.throttles, tenants, now),
    await notificationFact(health.ends, now),
    ...pulseFacts({ tick, measure, 'audit-anchor': anchor, reap }, now),
  ];
  return { now, facts, tenants: objectives };
};

const worst = (facts: readonly HealthFact[]): HealthFact['level'] =>
  (['bad', 'warn'] as const).find((level) => facts.some((each) => each.level === level)) ?? 'ok';

export const createReadHealth = (deps: ReadHealthDeps) => async (): Promise<HealthView> => {
  const { now, facts } = await lookAtHealth(deps);
  return { at: time(now), level: worst(facts), facts: [...facts] };
};
