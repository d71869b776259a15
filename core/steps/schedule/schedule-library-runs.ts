import { z } from 'zod';
import type { LibraryTask } from '../../contracts/library-runs.ts';
import type { AuditEvent } from '../../domain/audit-chain.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { Conflict } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { LibraryRun } from '../../domain/library-run.ts';
import type { AuditLog } from '../../ports/audit.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { allItems } from '../../ports/every-item.ts';
import { depthOf, type StartLibraryRunDeps } from '../api/start-library-run.ts';
import { beginLibraryRun, openLibraryRuns, refuseBesideOthers } from '../library/begin-library-run.ts';
import { locksDue } from '../library/locks-due.ts';

/** What EventBridge Scheduler hands over: the time that was meant. */
export const LibraryRunsDue = z.strictObject({ scheduledTime: z.iso.datetime({ offset: true }) });
export type LibraryRunsDue = z.infer<typeof LibraryRunsDue>;

interface Deps extends StartLibraryRunDeps {
  readonly catalog: StartLibraryRunDeps['catalog'] & Pick<Catalog, 'instances' | 'points' | 'plans' | 'jobs'>;
  readonly audit: AuditLog;
}

export interface LibraryRunsStarted {
  readonly started: number;
  /** What did not work, in sentences. */
  readonly problems: readonly string[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The schedule's hours, UTC: each tenant has one of them, always the same. */
export const FIRST_HOUR = 3;
export const HOURS = 6;
/** As long as nodes that come and go by themselves may take to come, and their queue to be worked off. */
const QUEUE_DEADLINE_SECONDS = 6 * 3_600;

/** Each day a check of that day's share of the packs; once a week a prune. Locks are extended on the days they need it. */
export const tasksDue = (sha256: Deps['sha256'], tenantId: string, at: number): readonly LibraryTask[] => {
  const number = Number.parseInt(sha256(`library ${tenantId}`).slice(0, 8), 16);
  const hour = Math.floor(at / HOUR) % 24;
  if (hour !== FIRST_HOUR + (number % HOURS)) return [];
  const isItsDay = Math.floor(at / DAY) % 7 === Math.floor(number / HOURS) % 7;
  return isItsDay ? ['check', 'prune'] : ['check'];
};

/**
 * What nobody asks for: looks after the libraries of the tenants whose hour it is. A task is left out while a run of the
 * same is open. Delivered again, the same runs are found. One tenant's trouble does not stop the others'.
 */
export const createScheduleLibraryRuns =
  (deps: Deps) =>
  async ({ scheduledTime }: LibraryRunsDue): Promise<LibraryRunsStarted> => {
    const { catalog, sha256 } = deps;
    const at = Date.parse(scheduledTime);
    const problems: string[] = [];
    let started = 0;
    for (const tenant of await allItems((page) => catalog.hypervisors.list(page))) {
      if (tenant.kind !== 'tenant' || !tenant.binding || tenant.removing) continue;
      const tasks = tasksDue(sha256, tenant.hypervisorId, at);
      if (tasks.length === 0) continue;
      try {
        started += await startDue(deps, tenant, tasks, at);
      } catch (error) {
        problems.push(`${tenant.hypervisorId}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return { started, problems };
  };

const startDue = async (
  deps: Deps,
  { hypervisorId: tenantId, binding }: TenantHypervisor,
  tasks: readonly LibraryTask[],
  at: number,
): Promise<number> => {
  const { catalog, clock, sha256 } = deps;
  const service = binding && (await catalog.hypervisors.get(binding.serviceId));
  if (service?.kind !== 'service') return 0;
  // nothing was ever committed to a library: there is none
  if (!(await catalog.instances.list(tenantId)).some(({ head }) => head !== undefined)) return 0;
  const open = await openLibraryRuns(deps, tenantId);
  const isLocked = service.mediaAgent.lock !== undefined;
  const isExtensionDue = isLocked && (await locksDue(deps, tenantId, service.hypervisorId)).length > 0;
  let started = 0;
  for (const task of isExtensionDue ? (['extend-locks', ...tasks] as const) : tasks) {
    if (open.some((run) => run.task === task && !run.planOnly)) continue;
    if (task === 'prune' && service.mediaAgent.maintenanceRoleArn === undefined) continue;
    const run: LibraryRun = {
      runId: derivedId(sha256, 'run', tenantId, task, at),
      tenantId,
      serviceId: service.hypervisorId,
      task,
      ...depthOf({ task }),
      planOnly: false,
      acceptDamage: false,
      queueDeadlineSeconds: QUEUE_DEADLINE_SECONDS,
      state: 'queued',
      pass: 1,
      trigger: 'schedule',
      requestedBy: 'schedule',
      createdAt: clock.now(),
    };
    try {
      refuseBesideOthers(open, run, run.runId);
    } catch (error) {
      // next week, then
      if (error instanceof Conflict) continue;
      throw error;
    }
    // delivered again, it is noted again
    if (task === 'prune') await deps.audit.append(startOfPrune(run));
    if (await beginLibraryRun(deps, run)) started += 1;
  }
  return started;
};

/** A prune deletes: not without an entry in the audit log. */
const startOfPrune = ({ runId, tenantId, serviceId }: LibraryRun): AuditEvent => ({
  who: { kind: 'system', principal: 'library runs by schedule' },
  what: { operation: 'start a prune', tenantId, subjects: [runId, serviceId] },
  from: {},
  allowed: true,
  outcome: 'Asked',
  requestId: runId,
});
