import { objectiveChanged } from '../../domain/announcements.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { MissedObjective, Objective, ObjectiveKey } from '../../domain/objective.ts';
import type { Announcer, MissedObjectives } from '../../ports/health.ts';
import type { ObjectivesOfTenant } from './objective-fact.ts';

export interface TellObjectivesDeps {
  readonly missedObjectives: MissedObjectives;
  readonly announcer: Announcer;
}

const keyOf = ({ tenantId, planId, instanceId = '' }: ObjectiveKey): string => `${tenantId} ${planId} ${instanceId}`;

/**
 * Tells each objective once when it begins to be missed, and once when it is met again. That it is missed is recorded
 * first, with the time that names this miss: told twice, it has the same id.
 */
export const createTellObjectives =
  ({ missedObjectives, announcer }: TellObjectivesDeps) =>
  async (tenants: readonly ObjectivesOfTenant[], now: number): Promise<readonly string[]> => {
    const problems: string[] = [];
    const attempt = async (key: ObjectiveKey, work: () => Promise<void>): Promise<void> => {
      await work().catch((error: unknown) => {
        problems.push(`objective ${keyOf(key)}: ${error instanceof Error ? error.message : String(error)}`);
      });
    };
    const known = new Map((await missedObjectives.list()).map((missed) => [keyOf(missed), missed]));
    const found = new Map<string, Objective>();
    const tenantOf = new Map<string, TenantHypervisor>();
    const unread = new Set<string>();
    for (const { tenant, objectives } of tenants) {
      tenantOf.set(tenant.hypervisorId, tenant);
      if (!objectives) unread.add(tenant.hypervisorId);
      for (const objective of objectives ?? []) found.set(keyOf(objective), objective);
    }

    const tellMissed = async (missed: MissedObjective, newestAt: number | undefined): Promise<void> => {
      await missedObjectives.put(missed);
      const tenant = tenantOf.get(missed.tenantId);
      await announcer.announce([objectiveChanged(missed, 'missed', tenant, newestAt)]);
      await missedObjectives.put({ ...missed, told: true });
    };
    for (const [key, objective] of found) {
      const there = known.get(key);
      if (objective.state !== 'missed' || there?.told) continue;
      const { tenantId, planId, planName, instanceId, newestAt } = objective;
      const fresh = { tenantId, planId, planName, ...(instanceId === undefined ? {} : { instanceId }), told: false };
      await attempt(objective, () => tellMissed(there ?? { ...fresh, since: now }, newestAt));
    }
    for (const [key, missed] of known) {
      const objective = found.get(key);
      const isOpen = objective !== undefined && objective.state !== 'met';
      if (isOpen || unread.has(missed.tenantId)) continue;
      await attempt(missed, async () => {
        const is = objective ? 'met' : 'no longer asked for';
        // whoever never heard that it was missed need not hear that it is met
        if (missed.told) {
          const tenant = tenantOf.get(missed.tenantId);
          await announcer.announce([objectiveChanged(missed, is, tenant, objective?.newestAt)]);
        }
        await missedObjectives.remove(missed);
      });
    }
    return problems;
  };
