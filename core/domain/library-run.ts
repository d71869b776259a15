/** One look after one tenant's library, by an operator or by schedule. Operators only: a tenant never sees it. */
import type { HypervisorId, LibraryRunId } from '../contracts/ids.ts';
import type {
  CheckDepth,
  LibraryOutcome,
  LibraryRunState,
  LibraryRunView,
  LibraryTask,
  RunProgress,
} from '../contracts/library-runs.ts';
import type { JobError } from './job.ts';
import { remedyFor } from './remedies.ts';
import { defined, time } from './view-fields.ts';

export interface LibraryRun {
  readonly runId: LibraryRunId;
  readonly tenantId: HypervisorId;
  /** The service hypervisor whose library it is. */
  readonly serviceId: HypervisorId;
  readonly task: LibraryTask;
  readonly depth?: CheckDepth;
  /** Of a check of a sample: what it reads of the packs, and on which day that was decided (days since 1970). */
  readonly sample?: { readonly day: number; readonly slices: readonly number[] };
  readonly planOnly: boolean;
  readonly acceptDamage: boolean;
  readonly queueDeadlineSeconds: number;
  readonly state: LibraryRunState;
  /** Counts from 1: a prune takes another after each wait. */
  readonly pass: number;
  readonly progress?: RunProgress;
  readonly trigger: 'api' | 'schedule';
  /** ARN of the principal that asked; of a scheduled one the schedule. */
  readonly requestedBy: string;
  /** ms since 1970 */
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly waitUntil?: number;
  readonly endedAt?: number;
  /** Of all passes together. */
  readonly outcome?: LibraryOutcome;
  readonly reportKey?: string;
  readonly error?: JobError;
  readonly executionArn?: string;
  /** Of this pass: SHA-256 (hex) of the order's document. */
  readonly documentHash?: string;
  /** Hash of the request that made it, where it came with an idempotency key. */
  readonly requestHash?: string;
}

/** Of `waiting`, nobody works on the library. */
export const WORKING_STATES = ['queued', 'running'] as const satisfies readonly LibraryRunState[];
export const OPEN_RUN_STATES = [...WORKING_STATES, 'waiting'] as const satisfies readonly LibraryRunState[];
export const isOpenRun = ({ state }: Pick<LibraryRun, 'state'>): boolean =>
  (OPEN_RUN_STATES as readonly LibraryRunState[]).includes(state);

/** Of these there is one at a time for each library, and they work under the role that may delete. */
export const changesLibrary = ({ task, planOnly }: Pick<LibraryRun, 'task' | 'planOnly'>): boolean =>
  task === 'repair' || (task === 'prune' && !planOnly);

/** Beside none of these others begins, or goes on: a key that is added would stop what had opened the library before. */
export const needsLibraryAlone = (run: Pick<LibraryRun, 'task' | 'planOnly'>): boolean =>
  changesLibrary(run) || run.task === 'rotate-key';

export const libraryRunView = (run: LibraryRun): LibraryRunView => {
  const { createdAt, startedAt, waitUntil, endedAt, error } = run;
  const at = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : time(ms));
  return {
    runId: run.runId,
    tenantId: run.tenantId,
    serviceId: run.serviceId,
    task: run.task,
    planOnly: run.planOnly,
    state: run.state,
    trigger: run.trigger,
    requestedBy: run.requestedBy,
    createdAt: time(createdAt),
    ...defined({
      depth: run.depth,
      progress: isOpenRun(run) ? run.progress : undefined,
      startedAt: at(startedAt),
      waitUntil: run.state === 'waiting' ? at(waitUntil) : undefined,
      endedAt: at(endedAt),
      outcome: run.outcome,
      reportKey: run.reportKey,
      executionArn: run.executionArn,
    }),
    ...(error
      ? {
          error: {
            name: error.name,
            message: error.message,
            ...defined({ remedy: remedyFor(error.name, 'operator') }),
          },
        }
      : {}),
  };
};
