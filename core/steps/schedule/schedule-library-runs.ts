import { z } from 'zod';
import type { HypervisorId } from '../../contracts/ids.ts';
import type { LibraryTask } from '../../contracts/library-runs.ts';
import type { AuditEvent } from '../../domain/audit-chain.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { Conflict } from '../../domain/errors.ts';
import type { ServiceHypervisor, TenantHypervisor } from '../../domain/hypervisor.ts';
import type { LibraryRun } from '../../domain/library-run.ts';
import type { AuditLog } from '../../ports/audit.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { allItems } from '../../ports/every-item.ts';
import { countAndNames } from '../api/out-of-reach-points.ts';
import { depthOf, type StartLibraryRunDeps } from '../api/start-library-run.ts';
import { beginLibraryRun, openLibraryRuns, refuseBesideOthers } from '../library/begin-library-run.ts';
import { locksDue } from '../library/locks-due.ts';
import { type SurveyedLibrary, surveyLibraries } from '../library/survey-libraries.ts';

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

/** A function's own limit is 5 minutes; of what is left over, locks go on tomorrow (LEAD_MS), as does the rest. */
const BUDGET_MS = 4 * 60_000;
/** What of it is left to checks and prunes, however many locks there are. */
const FOR_CHECKS_MS = 60_000;
/** A lock that ends within this has not been extended for five days. */
const LATE_MS = 5 * DAY;

/** A library of a tenant whose hour it is. */
interface Due extends SurveyedLibrary {
  readonly tenantId: HypervisorId;
  readonly service: ServiceHypervisor;
  readonly tasks: readonly LibraryTask[];
  readonly open: readonly LibraryRun[];
}

/**
 * What nobody asks for: looks after the libraries of the tenants whose hour it is, wherever they have something, and are
 * bound by now. Locks of all come first. A task is left out while a run of the same is open. Delivered again, the same
 * runs are found. One tenant's trouble does not stop the others', and who is left when time is up is not always the same.
 */
export const createScheduleLibraryRuns =
  (deps: Deps) =>
  async ({ scheduledTime }: LibraryRunsDue): Promise<LibraryRunsStarted> => {
    const { catalog, sha256, clock } = deps;
    const at = Date.parse(scheduledTime);
    const until = clock.now() + BUDGET_MS;
    const problems: string[] = [];
    let started = 0;
    const inTime = async <T>(
      items: readonly T[],
      until: number,
      what: string,
      idOf: (item: T) => string,
      work: (item: T) => Promise<void>,
    ): Promise<void> => {
      for (const [index, item] of items.entries()) {
        if (clock.now() >= until) {
          problems.push(`there was no time left for ${what} of ${items.length - index} of ${items.length}`);
          return;
        }
        await work(item).catch((error: unknown) => {
          problems.push(`${idOf(item)}: ${error instanceof Error ? error.message : String(error)}`);
        });
      }
    };
    const due = (await allItems((page) => catalog.hypervisors.list(page)))
      .filter((each) => each.kind === 'tenant' && !each.removing)
      .filter(({ hypervisorId }) => tasksDue(sha256, hypervisorId, at).length > 0)
      .map((tenant) => ({ tenant: tenant as TenantHypervisor, rank: sha256(`${tenant.hypervisorId} ${at}`) }))
      .sort((a, b) => (a.rank < b.rank ? -1 : 1));
    const libraries: Due[] = [];
    await inTime(
      due,
      until - FOR_CHECKS_MS,
      'the locks and checks of tenants',
      ({ tenant }) => tenant.hypervisorId,
      async ({ tenant }) => {
        for (const library of await librariesOf(deps, tenant, at, problems)) {
          libraries.push(library);
          started += await extendLocks(deps, library, at, problems);
        }
      },
    );
    await inTime(
      libraries,
      until,
      'the checks of libraries',
      ({ tenantId }) => tenantId,
      async (library) => {
        for (const task of library.tasks) started += await startTask(deps, library, task, at);
      },
    );
    return { started, problems };
  };

const librariesOf = async (
  deps: Deps,
  tenant: TenantHypervisor,
  at: number,
  problems: string[],
): Promise<readonly Due[]> => {
  const { catalog, clock, sha256 } = deps;
  const { hypervisorId: tenantId } = tenant;
  const surveyed = await surveyLibraries(catalog, tenant, clock.now());
  if (surveyed.length === 0) return [];
  const open = await openLibraryRuns(deps, tenantId);
  const tasks = tasksDue(sha256, tenantId, at);
  const found: Due[] = [];
  for (const library of surveyed) {
    const service = await catalog.hypervisors.get(library.serviceId);
    if (service?.kind === 'service') found.push({ ...library, tenantId, service, tasks, open });
    else
      problems.push(`${tenantId}: there is no service hypervisor ${library.serviceId} any more, whose library it uses`);
  }
  return found;
};

/** Only where a lock ends soon is it looked up what retention keeps: that reads all of a tenant's plans and jobs. */
const extendLocks = async (deps: Deps, library: Due, at: number, problems: string[]): Promise<number> => {
  const { tenantId, service, serviceId, endsSoon } = library;
  if (service.mediaAgent.lock === undefined || endsSoon.size === 0) return 0;
  const due = await locksDue(deps, tenantId, serviceId);
  const late = due
    .map(({ recoveryPointId }) => recoveryPointId)
    .filter((id) => (endsSoon.get(id) ?? Number.POSITIVE_INFINITY) < deps.clock.now() + LATE_MS);
  if (late.length > 0) {
    problems.push(
      `${tenantId}: locked for less than five days more in the library of ${serviceId}, though they are to be kept: ${countAndNames(late)}`,
    );
  }
  return due.length > 0 ? startTask(deps, library, 'extend-locks', at) : 0;
};

const startTask = async (
  deps: Deps,
  { tenantId, serviceId, service, open }: Due,
  task: LibraryTask,
  at: number,
): Promise<number> => {
  const { clock, sha256 } = deps;
  if (open.some((run) => run.serviceId === serviceId && run.task === task && !run.planOnly)) return 0;
  if (task === 'prune' && service.mediaAgent.maintenanceRoleArn === undefined) return 0;
  const run: LibraryRun = {
    runId: derivedId(sha256, 'run', tenantId, serviceId, task, at),
    tenantId,
    serviceId,
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
    if (error instanceof Conflict) return 0;
    throw error;
  }
  // delivered again, it is noted again
  if (task === 'prune') await deps.audit.append(startOfPrune(run));
  return (await beginLibraryRun(deps, run)) ? 1 : 0;
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
