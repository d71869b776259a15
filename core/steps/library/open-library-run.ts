import type { OpenLibraryRunInput, OpenLibraryRunOutput } from '../../contracts/library-runs.ts';
import { OrderWork } from '../../contracts/order-work.ts';
import { JobCancelled, LibraryBusy, NotFound } from '../../domain/errors.ts';
import {
  changesLibrary,
  isOpenRun,
  type LibraryRun,
  needsLibraryAlone,
  OPEN_RUN_STATES,
} from '../../domain/library-run.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256, WorkArea } from '../../ports/control.ts';
import { serviceOf } from '../tenant-of-job.ts';
import { queueDeadline } from '../transfer/queue-deadline.ts';
import { documentHash, libraryOrder } from './library-order.ts';
import { locksDue } from './locks-due.ts';
import { pointsInLibrary } from './points-in-library.ts';
import { sampleDue } from './sample-due.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly work: WorkArea;
  readonly clock: Clock;
  readonly sha256: Sha256;
  readonly heartbeatSeconds: number;
  /** Between condemning and deleting: longer than any attempt, backup or restore, may last. */
  readonly pruneWindowSeconds: number;
}

/**
 * Begins a pass of a library run: places its order, with what the control plane knows of the points in the library at this
 * moment. A run that changes the library needs it for itself. Errors: LibraryBusy (worth waiting for), JobCancelled,
 * NotFound, LibraryUnavailable.
 */
export const createOpenLibraryRun =
  ({ catalog, work, clock, sha256, heartbeatSeconds, pruneWindowSeconds }: Deps) =>
  async ({ runId, tenantId, pass }: OpenLibraryRunInput): Promise<OpenLibraryRunOutput> => {
    const run = await catalog.libraryRuns.get(tenantId, runId);
    if (!run) throw new NotFound(`there is no library run ${runId} of ${tenantId}`);
    if (!isOpenRun(run)) throw new JobCancelled(`${runId} has ended: it is ${run.state}`);
    const service = await serviceOf(catalog, run.serviceId);
    if (needsLibraryAlone(run)) await holdLibrary(catalog, run);
    const { orderId, documentKey, resultPrefix } = libraryOrder(sha256, runId, pass);
    const { lockedUntil, promised, ...points } = await pointsInLibrary(catalog, tenantId, run.serviceId, clock.now());
    const locks = run.task === 'extend-locks' ? await locksDue({ catalog, clock }, tenantId, run.serviceId) : undefined;
    const isSample = run.task === 'check' && run.depth === 'sample';
    const sample = isSample ? (run.sample ?? (await sampleDue(catalog, run, clock.now()))) : undefined;
    const document = OrderWork.parse({
      kind: 'maintain-library',
      runId,
      task: run.task,
      ...(run.depth === undefined ? {} : { depth: run.depth }),
      ...(sample ? { slices: sample.slices } : {}),
      planOnly: run.planOnly,
      acceptDamage: run.acceptDamage,
      ...points,
      notedGeneration: await catalog.libraryRuns.latestCondemned(tenantId, run.serviceId),
      windowSeconds: pruneWindowSeconds,
      ...(locks ? { locks } : {}),
      // What was locked once is looked at again: nothing of it must end before its time.
      ...(promised.length > 0 && (locks || run.task === 'check') ? { promised } : {}),
    });
    await work.putJson(documentKey, document);
    await catalog.orders.add([
      {
        orderId,
        jobId: runId,
        attempt: pass,
        tenantId,
        serviceId: run.serviceId,
        instanceId: '',
        kind: 'maintain-library',
        snapshotIds: [],
        ...(changesLibrary(run) ? { maintains: true } : {}),
        ...(locks ? { extendsLocks: true } : {}),
        ...(run.task === 'rotate-key' ? { rotatesKey: true } : {}),
        // What a repair, a prune or a rotation writes is needed by points of whatever lock: it gets the longest.
        ...(lockedUntil === 0 ? {} : { lockedUntil }),
        documentKey,
        resultPrefix,
        state: 'queued',
        claim: 0,
      },
    ]);
    await catalog.libraryRuns.update(
      tenantId,
      runId,
      { state: 'queued', pass, documentHash: documentHash(sha256, document), ...(sample ? { sample } : {}) },
      OPEN_RUN_STATES,
    );
    const { queueDeadlineSeconds: seconds } = run;
    return {
      orderId,
      queueUrl: service.queues.work,
      queueDeadlineSeconds: queueDeadline({ queueDeadlineSeconds: seconds }, heartbeatSeconds),
    };
  };

/** One that has ended holds nothing any more, whether it could say so or not. */
const holdLibrary = async (
  { libraryRuns }: Pick<Catalog, 'libraryRuns'>,
  { tenantId, serviceId, runId }: LibraryRun,
): Promise<void> => {
  const holder = await libraryRuns.hold(tenantId, serviceId, runId);
  if (holder === runId) return;
  const other = await libraryRuns.get(tenantId, holder);
  const isOver = other === undefined || !isOpenRun(other) || other.state === 'waiting';
  if (isOver && (await libraryRuns.hold(tenantId, serviceId, runId, holder)) === runId) return;
  throw new LibraryBusy(`${holder} is changing this library`, { remedy: 'wait until it has ended, or cancel it' });
};
