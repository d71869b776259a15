import { z } from 'zod';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Job } from '../../domain/job.ts';
import type { Plan } from '../../domain/plan.ts';
import { schedulesOf } from '../../domain/plan-schedules.ts';
import type { AuditLog } from '../../ports/audit.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { allItems } from '../../ports/every-item.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { runDailyRetention } from '../jobs/run-retention.ts';
import { healJob } from './heal-job.ts';
import { missedWindows } from './missed-windows.ts';
import { putSchedules } from './put-schedules.ts';
import { createStartScheduledJob, type ScheduledJobDeps } from './start-scheduled-job.ts';
import { isOverdue, stopOverdueJob } from './stop-overdue-job.ts';

/** What EventBridge Scheduler hands over: the time that was meant. */
export const TickEvent = z.strictObject({ scheduledTime: z.iso.datetime({ offset: true }) });
export type TickEvent = z.infer<typeof TickEvent>;

export interface TickDeps extends ScheduledJobDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'vmGroups' | 'plans' | 'nodes' | 'jobs' | 'points' | 'instances'>;
  readonly scopes: TenantScopes;
  readonly audit: AuditLog;
  /** Keeps the head of the audit log outside of it. */
  readonly keepAnchor: () => Promise<void>;
}

export interface TickOutcome {
  /** Windows that were missed and are caught up with now. */
  readonly caughtUp: number;
  /** Jobs that were stopped at their deadline. */
  readonly overdue: number;
  /** Recovery points that retention removed. */
  readonly removed: number;
  /** What did not work, in sentences: the next tick tries again. */
  readonly problems: readonly string[];
}

const MINUTE = 60_000;
/** `rate(5 minutes)`. */
export const TICK_MS = 5 * MINUTE;
/** A change of a plan whose schedules may not have followed: for so long the tick puts them again. */
const SETTLING_MS = 12 * MINUTE;
/** A function's own limit is 5 minutes; what is left over goes on with the next run. */
const BUDGET_MS = 4 * MINUTE;
/** What one tenant may take of it, unless its share of what is left is more. */
const TENANT_MS = 20_000;
/** Hourly: what could be rolled back unseen is what happened since. */
const TICKS_AN_HOUR = (60 * MINUTE) / TICK_MS;
/** The hour's first: one that is lost, or cannot reach the bucket, costs five minutes and not an hour. */
const ANCHOR_TICKS = 3;
const TICKS_A_DAY = (1_440 * MINUTE) / TICK_MS;

/** Tenants are spread over the day: the same tick each day for one tenant. */
export const isRetentionTick = (sha256: ScheduledJobDeps['sha256'], tenantId: string, tickAt: number): boolean =>
  Math.floor(tickAt / TICK_MS) % TICKS_A_DAY === Number.parseInt(sha256(tenantId).slice(0, 8), 16) % TICKS_A_DAY;

/**
 * A rate would be started anew by putting it: where its schedule was never made, the windows that it misses are caught
 * up with until it is.
 */
const isSettling = (plan: Plan, now: number): boolean =>
  now - plan.updatedAt < SETTLING_MS &&
  !schedulesOf(plan).some(({ schedule }) => schedule.expression.startsWith('rate'));

/** Begun with another one each time, so that whoever comes last has not always to do with the least time. */
const rotated = <T>(items: readonly T[], tickAt: number): readonly T[] => {
  const first = items.length === 0 ? 0 : Math.floor(tickAt / TICK_MS) % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
};

/** Every five minutes: what nobody asks for. One tenant's trouble does not stop the others', nor take all the time. */
export const createTick = (deps: TickDeps) => {
  const { catalog, schedules, clock, sha256 } = deps;
  const startScheduledJob = createStartScheduledJob(deps);

  return async ({ scheduledTime }: TickEvent): Promise<TickOutcome> => {
    const tickAt = Date.parse(scheduledTime);
    const until = clock.now() + BUDGET_MS;
    const problems: string[] = [];
    let [caughtUp, overdue, removed] = [0, 0, 0];
    const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
      await work().catch((error: unknown) => {
        problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      });
    };

    const stopOverdue = async (job: Job): Promise<void> => {
      overdue += 1;
      await attempt(job.jobId, () => stopOverdueJob(deps, job));
    };

    const lookAtPlan = async (plan: Plan): Promise<void> => {
      if (isSettling(plan, clock.now())) await putSchedules(schedules, plan);
      for (const missed of missedWindows(plan, clock.now())) {
        const { outcome } = await startScheduledJob(missed);
        if (outcome === 'started') caughtUp += 1;
      }
    };
    const lookAtTenant = async (tenant: TenantHypervisor, tenantUntil: number): Promise<void> => {
      const { hypervisorId } = tenant;
      const inTime = async <T>(items: readonly T[], what: string, work: (item: T) => Promise<void>): Promise<void> => {
        for (const [at, item] of rotated(items, tickAt).entries()) {
          if (clock.now() >= tenantUntil) {
            problems.push(`${hypervisorId}: there was no time left for ${items.length - at} ${what}`);
            return;
          }
          await work(item);
        }
      };
      const openJobs = await catalog.jobs.openOf(hypervisorId);
      const overdueJobs = openJobs.filter((job) => isOverdue(job, clock.now()));
      await inTime(overdueJobs, 'jobs whose deadline is over', stopOverdue);
      const others = openJobs.filter((job) => !isOverdue(job, clock.now()));
      await inTime(others, 'open jobs', (job) => attempt(job.jobId, () => healJob(deps, tenant, job)));
      const plans = await allItems((page) => catalog.plans.list(hypervisorId, page));
      await inTime(plans, 'plans', (plan) => attempt(plan.planId, () => lookAtPlan(plan)));
      // whatever the access was revoked for: no backup goes by itself before it is given back
      if (tenant.revoked || !isRetentionTick(sha256, hypervisorId, tickAt)) return;
      const outcome = await runDailyRetention(deps, tenant, tenantUntil);
      removed += outcome.removed.length;
      problems.push(...outcome.failed.map(({ recoveryPointId, error }) => `${recoveryPointId}: ${error.message}`));
    };
    if (Math.floor(tickAt / TICK_MS) % TICKS_AN_HOUR < ANCHOR_TICKS)
      await attempt('audit anchor', () => deps.keepAnchor());
    const tenants = (await allItems((page) => catalog.hypervisors.list(page))).filter((each) => each.kind === 'tenant');
    for (const [at, tenant] of rotated(tenants, tickAt).entries()) {
      const left = until - clock.now();
      if (left <= 0) {
        problems.push(`there was no time left for ${tenants.length - at} tenants`);
        break;
      }
      const share = Math.min(left, Math.max(TENANT_MS, left / (tenants.length - at)));
      await attempt(tenant.hypervisorId, () => lookAtTenant(tenant, clock.now() + share));
    }
    return { caughtUp, overdue, removed, problems };
  };
};
