/** The steps of one attempt, in the order in which the state machines run them. */
import type { LockedInstance, Transfer } from '../../core/contracts/steps.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import type { Clock } from '../../core/ports/clock.ts';
import type { Executions, Sha256, WorkArea } from '../../core/ports/control.ts';
import type { TenantScopes } from '../../core/ports/tenant-scope.ts';
import { createAwaitSnapshots } from '../../core/steps/await-snapshots.ts';
import { createCloseSource } from '../../core/steps/backup/close-source.ts';
import { createCommitRecoveryPoint } from '../../core/steps/backup/commit-recovery-point.ts';
import { createLockInstance } from '../../core/steps/backup/lock-instance.ts';
import { createOpenBackup } from '../../core/steps/backup/open-backup.ts';
import { createCloseCopy } from '../../core/steps/copy/close-copy.ts';
import { createNextCopy } from '../../core/steps/copy/next-copy.ts';
import { createOpenCopy } from '../../core/steps/copy/open-copy.ts';
import { createCloseJob } from '../../core/steps/jobs/close-job.ts';
import { createCopyToRegion } from '../../core/steps/snapshot/copy-to-region.ts';
import { createGiveBack } from '../../core/steps/snapshot/give-back.ts';
import { createOpenSnapshot } from '../../core/steps/snapshot/open-snapshot.ts';
import { createTakeSnapshots } from '../../core/steps/snapshot/take-snapshots.ts';
import { createCollectResults } from '../../core/steps/transfer/collect-results.ts';
import { createOpenSource } from '../../core/steps/transfer/open-source.ts';
import { createPlanTransfer } from '../../core/steps/transfer/plan-transfer.ts';

/** Jobs that hold an instance while they make recovery points of it. */
export const LEASE_TYPES = ['backup', 'snapshot', 'backup-copy'] as const;
export type LeaseType = (typeof LEASE_TYPES)[number];

interface Attempt {
  readonly deps: {
    readonly catalog: Catalog;
    readonly scopes: TenantScopes;
    readonly work: WorkArea;
    readonly executions: Executions;
    readonly clock: Clock;
    readonly sha256: Sha256;
    readonly segmentBlocks: number;
    readonly heartbeatSeconds: number;
    readonly settleSeconds: number;
    readonly pruneWindowSeconds: number;
  };
  readonly ref: { readonly jobId: string; readonly attempt: number; readonly tenantId: string };
  readonly instanceId: string;
  /** An access node does it. */
  readonly perform: (orderId: string) => Promise<void>;
}

type Step = readonly [string, () => Promise<unknown>];

/** Snapshots that a backup copy is of, and a last look that finds none left. */
const COPIES = 2;

export const stepsOf = (type: LeaseType, { deps, ref, instanceId, perform }: Attempt) => {
  const state: {
    locked?: LockedInstance;
    snapshotIds: readonly string[];
    transfer?: Transfer;
    at: number;
    isLast: boolean;
  } = { snapshotIds: [], at: 0, isLast: false };
  const locked = (): LockedInstance => state.locked as LockedInstance;
  const transfer = (): Transfer => state.transfer as Transfer;
  const commit = () => createCommitRecoveryPoint(deps)(locked());

  const lock: Step = [
    'LockInstance',
    async () => {
      state.locked = await createLockInstance(deps)({ ...ref, instanceId });
    },
  ];
  const snapshots: readonly Step[] = [
    [
      'TakeSnapshots',
      async () => {
        const taken = await createTakeSnapshots(deps)({ ...locked(), way: 'plain', reason: null });
        state.snapshotIds = taken.snapshotIds;
      },
    ],
    ['AwaitSnapshots', () => createAwaitSnapshots(deps)({ ...ref, snapshotIds: [...state.snapshotIds] })],
  ];
  const moved: readonly Step[] = [
    ['OpenSource', () => createOpenSource(deps)({ ...locked(), direction: 'to-library' })],
    [
      'PlanTransfer',
      async () => {
        for (let cursor: object = {}; ; ) {
          const planned = await createPlanTransfer(deps)({ ...locked(), direction: 'to-library', ...cursor });
          if (planned.done) {
            state.transfer = planned.transfer;
            return;
          }
          cursor = { cursor: planned.cursor };
        }
      },
    ],
    [
      'Segments',
      async () => {
        const segments = (await deps.work.getJson(transfer().segmentsKey)) as { orderId: string }[];
        for (const { orderId } of segments) await perform(orderId);
      },
    ],
    ['CollectResults', () => createCollectResults(deps)(transfer())],
    ['Finish', () => perform(transfer().finishOrderId)],
  ];
  const commits: Step = ['CommitRecoveryPoint', commit];
  const closeJob: Step = ['CloseJob', () => createCloseJob(deps)(ref)];
  const input = { ...ref, tenantName: 'tenant', trigger: 'api', requestedBy: 'arn:x' } as const;

  /** What there is left to copy may be less than in the attempt before. */
  const oneCopy = (nth: number): readonly Step[] => [
    [
      `NextCopy ${nth}`,
      async () => {
        const { recoveryPointId: _, ...lease } = locked();
        const next = await createNextCopy(deps)({ ...lease, at: state.at, failed: null });
        state.isLast = next.done;
        if (next.done) return;
        state.at = next.at;
        state.locked = { ...lease, recoveryPointId: next.recoveryPointId };
      },
    ],
    ...[...moved, commits].map(
      ([name, run]): Step => [`${name} ${nth}`, async () => (state.isLast ? undefined : run())],
    ),
    [
      `Copied ${nth}`,
      async () => {
        if (!state.isLast) state.at += 1;
      },
    ],
  ];

  const of: Readonly<Record<LeaseType, readonly Step[]>> = {
    backup: [
      ['OpenBackup', () => createOpenBackup(deps)(input)],
      lock,
      ...snapshots,
      ...moved,
      commits,
      ['CloseSource', () => createCloseSource(deps)(locked())],
      closeJob,
    ],
    snapshot: [
      ['OpenSnapshot', () => createOpenSnapshot(deps)(input)],
      lock,
      ...snapshots,
      commits,
      ['GiveBack', () => createGiveBack(deps)(locked())],
      ['CopyToRegion', () => createCopyToRegion(deps)(locked())],
      closeJob,
    ],
    'backup-copy': [
      ['OpenCopy', () => createOpenCopy(deps)(input)],
      lock,
      ...Array.from({ length: COPIES + 1 }, (_, nth) => oneCopy(nth + 1)).flat(),
      ['CloseCopy', () => createCloseCopy(deps)(locked())],
      closeJob,
    ],
  };
  return { state, steps: of[type], commit };
};
