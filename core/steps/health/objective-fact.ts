import type { HealthFact } from '../../contracts/health.ts';
import { ageInWords } from '../../domain/age-in-words.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Objective } from '../../domain/objective.ts';
import { counted, fact, seconds } from './fact.ts';

export interface ObjectivesOfTenant {
  readonly tenant: TenantHypervisor;
  /** Absent: they could not be read. */
  readonly objectives?: readonly Objective[];
  readonly problem?: string;
}

/** How much older than allowed, ms; of what has no point at all, since it was due. */
export const latenessOf = ({ newestAt, dueAt, allowedMs }: Objective, now: number): number =>
  Math.max(0, newestAt === undefined ? now - dueAt : now - newestAt - allowedMs);

export const missedOf = ({ objectives = [] }: ObjectivesOfTenant): readonly Objective[] =>
  objectives.filter(({ state }) => state === 'missed');

const line = ({ tenant: { hypervisorId, name } }: ObjectivesOfTenant, missed: Objective, now: number): string => {
  const { instanceId, planName, planId, newestAt, allowedMs } = missed;
  const newest =
    newestAt === undefined ? 'it has no recovery point' : `the newest is ${ageInWords(now - newestAt)} old`;
  const allowed = Number.isFinite(allowedMs) ? `, ${ageInWords(allowedMs)} are allowed` : '';
  return `${hypervisorId} (${name}): ${instanceId ?? 'all instances'}, plan ${planId} (${planName}): ${newest}${allowed}`;
};

/** The age of the newest recovery points against the plans. */
export const objectiveFact = (tenants: readonly ObjectivesOfTenant[], now: number): HealthFact => {
  const all = tenants.flatMap(({ objectives = [] }) => objectives);
  const missed = tenants.flatMap((tenant) => missedOf(tenant).map((objective) => ({ tenant, objective })));
  const unread = tenants.filter(({ problem }) => problem !== undefined);
  const metrics = {
    ObjectivesMissed: missed.length,
    ObjectivesKept: all.filter(({ state }) => state === 'met').length,
    LongestLateSeconds: seconds(Math.max(0, ...missed.map(({ objective }) => latenessOf(objective, now)))),
  };
  const says =
    missed.length === 0
      ? `all recovery points are as new as the plans ask (${counted(all.length, 'instance')})`
      : `${missed.length} of ${counted(all.length, 'instance')} have no recovery point as new as their plans ask`;
  const level = missed.length > 0 ? 'bad' : unread.length > 0 ? 'warn' : 'ok';
  return fact('objectives', level, says, metrics, [
    ...missed.map(({ tenant, objective }) => line(tenant, objective, now)),
    ...unread.map(({ tenant, problem }) => `${tenant.hypervisorId}: could not be looked at: ${problem}`),
  ]);
};
