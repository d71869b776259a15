import type { CloseLibraryRunInput, CloseLibraryRunOutput, LibraryOutcome } from '../../contracts/library-runs.ts';
import { SegmentResult } from '../../contracts/order-results.ts';
import { OrderWork } from '../../contracts/order-work.ts';
import { safeReadFromNewer } from '../../contracts/other-versions.ts';
import type { AuditEvent } from '../../domain/audit-chain.ts';
import { NotFound } from '../../domain/errors.ts';
import type { JobError } from '../../domain/job.ts';
import { jobError, jobErrorOfCaught } from '../../domain/job-error.ts';
import { changesLibrary, isOpenRun, type LibraryRun, WORKING_STATES } from '../../domain/library-run.ts';
import type { Order } from '../../domain/order.ts';
import { time } from '../../domain/view-fields.ts';
import type { AuditLog } from '../../ports/audit.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256, WorkArea } from '../../ports/control.ts';
import { countAttempt } from '../usage/count-attempt.ts';
import type { TellUncounted } from '../usage/tell-uncounted.ts';
import { documentHash, libraryOrder } from './library-order.ts';
import { noteLostVolumes } from './note-lost-volumes.ts';
import { noteResult } from './note-result.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly audit: AuditLog;
  readonly work: WorkArea;
  readonly clock: Clock;
  readonly sha256: Sha256;
  readonly tellUncounted: TellUncounted;
}

type Result = Extract<SegmentResult, { kind: 'maintain-library' }>;
type Pruned = Extract<LibraryOutcome, { task: 'prune' }>;

/**
 * Notes what a pass of a library run has done, or why it has not; then the run has ended, or waits for its next pass.
 * What the order's record says counts, not how its task ended: an answer may have been lost.
 */
export const createCloseLibraryRun =
  (deps: Deps) =>
  async (input: CloseLibraryRunInput): Promise<CloseLibraryRunOutput> => {
    const { runId, tenantId, pass } = input;
    const closed = await close(deps, input);
    await countAttempt(deps, { tenantId, jobId: runId, attempt: pass });
    return closed;
  };

const close = async (
  { catalog, audit, work, clock, sha256 }: Deps,
  { runId, tenantId, pass, error }: CloseLibraryRunInput,
): Promise<CloseLibraryRunOutput> => {
  const run = await catalog.libraryRuns.get(tenantId, runId);
  if (!run) throw new NotFound(`there is no library run ${runId} of ${tenantId}`);
  // Run again, or overtaken by a cancel: it is said already what became of this pass.
  if (!isOpenRun(run) || run.state === 'waiting') return said(catalog, run);
  // An answer that was lost, come again late: the next pass is under way, and holds the library.
  if (pass < run.pass) return answerOf(run);
  const order = await catalog.orders.get(libraryOrder(sha256, runId, pass).orderId);
  // what it may have deleted is noted in any case, and twice where this step runs again
  const noteEnd = async (outcome: LibraryOutcome | undefined): Promise<void> => {
    if (changesLibrary(run)) await audit.note(endOfRun(run, outcome));
  };
  if (!order?.outcome) await noteEnd(undefined);
  if (!order?.outcome) return end(catalog, clock, run, { state: 'failed', error: whyNot(run, order, error) });
  const { data: result } = safeReadFromNewer(SegmentResult, await work.getJson(order.outcome.resultKey));
  const { data: document } = OrderWork.safeParse(await work.getJson(order.documentKey));
  const isOurs = document?.kind === 'maintain-library' && documentHash(sha256, document) === run.documentHash;
  if (result?.kind !== 'maintain-library' || result.outcome.task !== run.task || !isOurs) {
    await noteEnd(undefined);
    return end(catalog, clock, run, { state: 'failed', error: isOurs ? unreadable(order) : notOurs(order) });
  }
  await noteResult({ catalog, clock }, run, document, result);
  await noteLostVolumes(catalog, tenantId, result.lostVolumes);
  const noted = { outcome: joined(run.outcome, result.outcome), reportKey: result.reportKey };
  await noteEnd(result.outcome);
  if (isToWait(run, result)) return wait(catalog, run, noted, result.deleteNotBefore);
  return end(catalog, clock, run, { state: 'completed', ...noted });
};

/** Of a pass: what was deleted, or mended; its report, in the work area, names it. */
const endOfRun = ({ runId, tenantId, serviceId, task, pass }: LibraryRun, outcome?: LibraryOutcome): AuditEvent => ({
  who: { kind: 'system', principal: `library run ${runId}` },
  what: {
    operation: `end pass ${pass} of a ${task}`,
    tenantId,
    subjects: [runId, serviceId],
    ...(outcome ? { detail: countsOf(outcome) } : {}),
  },
  from: {},
  allowed: true,
  outcome: outcome ? 'Done' : 'NotDone',
  requestId: `${runId}-${pass}`,
});

const countsOf = (outcome: LibraryOutcome): string =>
  JSON.stringify(outcome.task === 'prune' ? (outcome.deleted ?? {}) : outcome).slice(0, 1_024);

/**
 * A prune ends when what it has condemned is deleted. What it condemns on its last pass is for the next run. A pass that
 * deletes nothing came too early: another run has changed the library meanwhile.
 */
const isToWait = (run: LibraryRun, result: Result): result is Result & { readonly deleteNotBefore: number } => {
  if (result.deleteNotBefore === undefined) return false;
  const hasPlanned = run.outcome?.task === 'prune' && run.outcome.plan !== undefined;
  const hasDeleted = result.outcome.task === 'prune' && result.outcome.deleted !== undefined;
  return !(hasPlanned && hasDeleted);
};

const wait = async (
  catalog: Catalog,
  run: LibraryRun,
  noted: Partial<LibraryRun>,
  waitUntil: number,
): Promise<CloseLibraryRunOutput> => {
  const { tenantId, runId } = run;
  await catalog.libraryRuns.update(tenantId, runId, { ...noted, state: 'waiting', waitUntil }, WORKING_STATES);
  return said(catalog, run);
};

const end = async (
  catalog: Catalog,
  clock: Clock,
  run: LibraryRun,
  change: Partial<LibraryRun>,
): Promise<CloseLibraryRunOutput> => {
  const { tenantId, runId } = run;
  await catalog.libraryRuns.update(tenantId, runId, { ...change, endedAt: clock.now() }, WORKING_STATES);
  return said(catalog, run);
};

/** Nobody works on the library now: while a prune waits, a repair need not wait too. */
const said = async (
  { libraryRuns }: Catalog,
  { tenantId, serviceId, runId }: LibraryRun,
): Promise<CloseLibraryRunOutput> => {
  await libraryRuns.letGo(tenantId, serviceId, runId);
  return answerOf((await libraryRuns.get(tenantId, runId)) ?? { state: 'cancelled' });
};

const answerOf = ({
  state,
  waitUntil,
  error,
}: Pick<LibraryRun, 'state' | 'waitUntil' | 'error'>): CloseLibraryRunOutput => {
  if (state === 'waiting' && waitUntil !== undefined) {
    return { state, waitUntil: time(waitUntil), error: '', cause: '' };
  }
  return {
    state,
    error: error?.name ?? (state === 'cancelled' ? 'JobCancelled' : ''),
    cause: error?.message ?? '',
  };
};

/** It would be no better another time, and a run that never ended would keep all others from the library. */
const unreadable = ({ orderId }: Order): JobError =>
  jobError('InvalidRequest', `what the access node says of ${orderId} is no result of a library run of this version`);

/** Its lists say what may be noted with recovery points. */
const notOurs = ({ orderId }: Order): JobError =>
  jobError('InvalidRequest', `the document of ${orderId} is not the one that was written for this pass`);

const whyNot = (run: LibraryRun, order: Order | undefined, caught: CloseLibraryRunInput['error']): JobError => {
  if (order?.error) return order.error;
  if (caught?.Error && !caught.Error.startsWith('States.')) return jobErrorOfCaught(caught);
  return jobError(
    'NoAccessNode',
    `no access node finished this run: it waited up to ${run.queueDeadlineSeconds} s for one to take or go on with it`,
  );
};

/** Of a prune's passes: what the first that planned has planned, and all that was deleted. */
const joined = (before: LibraryOutcome | undefined, now: LibraryOutcome): LibraryOutcome => {
  if (before?.task !== 'prune' || now.task !== 'prune') return now;
  const plan = before.plan ?? now.plan;
  const deleted = sum(before.deleted, now.deleted);
  return { task: 'prune', ...(plan ? { plan } : {}), ...(deleted ? { deleted } : {}) };
};

const sum = (a: Pruned['deleted'], b: Pruned['deleted']): Pruned['deleted'] => {
  if (!a || !b) return a ?? b;
  return Object.fromEntries(
    Object.entries(a).map(([name, count]) => [name, count + b[name as keyof typeof b]]),
  ) as unknown as Pruned['deleted'];
};
