/** Looking after a tenant's library: what operators ask for, what its machine's steps take, and what comes of it. */
import { z } from 'zod';
import { HypervisorId, LibraryRunId, OrderId, RecoveryPointId } from './ids.ts';

/**
 * `check` compares what is there with what must be; `stats` counts; `repair` puts right what can be put right; `prune`
 * gives back the space of what no recovery point refers to; `extend-locks` keeps what retention keeps from everybody for
 * another epoch, where the library has a lock; `rotate-key` adds a data key, which seals what is written then.
 */
export const LibraryTask = z.enum(['check', 'stats', 'repair', 'prune', 'extend-locks', 'rotate-key']);
export type LibraryTask = z.infer<typeof LibraryTask>;

/** A check of a sample reads one of so many parts of the packs for each day since the last. */
export const SAMPLE_SLICES = 28;

/** `structure` reads no block of data; `sample` a 28th of the packs for each day since the last; `everything` all. */
export const CheckDepth = z.enum(['structure', 'sample', 'everything']);
export type CheckDepth = z.infer<typeof CheckDepth>;

export const StartLibraryRun = z
  .strictObject({
    task: LibraryTask,
    /** Of check (default: sample) and repair (default: everything; never a sample). */
    depth: CheckDepth.optional(),
    /** Of prune: shows what it would do. */
    planOnly: z.boolean().default(false),
    /** Of prune: go on though points cannot be read whole; what only they refer to is lost then. Repair first. */
    acceptDamage: z.boolean().default(false),
    /** Whose library, where the tenant has been bound to another service hypervisor. Absent: the present one. */
    serviceId: HypervisorId.optional(),
    /** How long it may wait for an access node. */
    queueDeadlineSeconds: z.int().min(1).max(86_400).default(3_600),
  })
  .refine(({ task, depth }) => depth === undefined || task === 'check' || task === 'repair', {
    message: 'is for check and repair only',
    path: ['depth'],
  })
  .refine(({ task, depth }) => task !== 'repair' || depth !== 'sample', {
    message: 'must be structure or everything for a repair',
    path: ['depth'],
  })
  .refine(({ task, planOnly }) => !planOnly || task === 'prune', { message: 'is for prune only', path: ['planOnly'] })
  .refine(({ task, acceptDamage }) => !acceptDamage || task === 'prune', {
    message: 'is for prune only',
    path: ['acceptDamage'],
  });
export type StartLibraryRun = z.infer<typeof StartLibraryRun>;

export const RunProgress = z.strictObject({
  done: z.int().nonnegative(),
  total: z.int().nonnegative(),
  unit: z.string().max(32),
});
export type RunProgress = z.infer<typeof RunProgress>;

const Count = z.int().nonnegative();

/** One object that is not as it must be. */
export const LibraryFinding = z.strictObject({
  key: z.string(),
  kind: z.string(),
  /** `unlocked`: whole, and its lock (Object Lock) ends before that of a recovery point that needs it. */
  damage: z.enum(['corrupt', 'missing', 'unlocked']),
  problem: z.string(),
  /** Blocks that recovery points lose by it, each counted in each of them; 0 where nothing is lost. */
  lostBlocks: Count,
});
export type LibraryFinding = z.infer<typeof LibraryFinding>;

/** What a recovery point has lost. */
export const LostBlocks = z.strictObject({
  recoveryPointId: RecoveryPointId,
  /** Absent where the point itself cannot be read: all of it. */
  volumeId: z.string().optional(),
  blocks: Count,
  /** Half-open, ascending; the first 32 of them. */
  ranges: z.array(z.tuple([Count, Count])),
  moreRanges: Count.optional(),
});
export type LostBlocks = z.infer<typeof LostBlocks>;

/** Of more than 100 findings or losses the first are shown; all are counted, and in the report. */
export const MOST_SHOWN = 100;
const found = {
  depth: CheckDepth,
  findingsInAll: Count,
  findings: z.array(LibraryFinding).max(MOST_SHOWN),
  lostInAll: Count,
  lost: z.array(LostBlocks).max(MOST_SHOWN),
};

export const LibraryOutcome = z.discriminatedUnion('task', [
  z.strictObject({
    task: z.literal('check'),
    ...found,
    recoveryPoints: Count,
    volumes: Count,
    pages: Count,
    packs: Count,
    blocks: Count,
    /** Blocks with data of all recovery points, and what all packs take. Absent: a node of before they were counted. */
    dataBlocks: Count.optional(),
    packBytes: Count.optional(),
    /** Read whole, and right. */
    packsRead: Count,
    bytesRead: Count,
  }),
  /** Sizes in bytes. */
  z.strictObject({
    task: z.literal('stats'),
    recoveryPoints: Count,
    volumes: Count,
    logicalBytes: Count,
    /** Not zero. */
    dataBytes: Count,
    /** Of different blocks. */
    uniqueBytes: Count,
    storedBytes: Count,
    storedBytesOf: z.record(z.string(), Count),
    dedupRatio: z.number().nonnegative(),
    compressionRatio: z.number().nonnegative(),
    packs: Count,
    livePackShare: z.number().nonnegative(),
    indexObjects: Count,
    /** What a prune would give back. */
    reclaimableBytes: Count,
    lostBlocks: Count,
  }),
  z.strictObject({
    task: z.literal('repair'),
    /** Findings and losses: what is wrong still. */
    ...found,
    findingsBefore: Count,
    /** Packs that no index named, and now one does. */
    indexedPacks: Count,
    /** Read from damaged packs, and stored again. */
    salvagedBlocks: Count,
    /** Packs that are not relied on any more: what only they held is stored again when a backup has it. */
    droppedPacks: Count,
    removedObjects: Count,
    /** Locked objects that were hidden by a delete or by another object of that name, and are there again. */
    putBackObjects: Count.optional(),
  }),
  z.strictObject({
    task: z.literal('prune'),
    /** Absent where an earlier plan still waits. */
    plan: z
      .strictObject({
        expiredPoints: Count,
        unfinishedPoints: Count,
        pages: Count,
        packsToDelete: Count,
        packsToRewrite: Count,
        bytesGivenBack: Count,
        bytesToRewrite: Count,
        recoveryPointsLeft: Count,
        lostBlocks: Count,
      })
      .optional(),
    /** Absent where nothing has been deleted. */
    deleted: z
      .strictObject({
        recoveryPoints: Count,
        pages: Count,
        packs: Count,
        objects: Count,
        bytes: Count,
        /** Kept by their retention (Object Lock): the next prune tries again. */
        retained: Count,
      })
      .optional(),
  }),
  z.strictObject({
    task: z.literal('extend-locks'),
    /** Kept for longer now, with all that they need. */
    recoveryPoints: Count,
    /** Objects whose lock was extended. */
    packs: Count,
    pages: Count,
    others: Count,
    /** Recovery points that cannot be read whole: what is left of them is kept for longer. Check and repair. */
    damaged: z.array(z.strictObject({ recoveryPointId: RecoveryPointId, problem: z.string() })).max(MOST_SHOWN),
    damagedInAll: Count,
  }),
  z.strictObject({
    task: z.literal('rotate-key'),
    /** Of the data key that was added; those before it stay, and open what they sealed. */
    keyNumber: z.int().min(2),
  }),
]);
export type LibraryOutcome = z.infer<typeof LibraryOutcome>;

export const LibraryRunState = z.enum(['queued', 'running', 'waiting', 'completed', 'failed', 'cancelled']);
export type LibraryRunState = z.infer<typeof LibraryRunState>;

const Time = z.iso.datetime();

export const LibraryRunView = z.strictObject({
  runId: LibraryRunId,
  tenantId: HypervisorId,
  /** Whose library it is. */
  serviceId: HypervisorId,
  task: LibraryTask,
  depth: CheckDepth.optional(),
  planOnly: z.boolean(),
  /** `waiting`: a prune, until what it condemned may be deleted. */
  state: LibraryRunState,
  progress: RunProgress.optional(),
  trigger: z.enum(['api', 'schedule']),
  requestedBy: z.string(),
  createdAt: Time,
  startedAt: Time.optional(),
  waitUntil: Time.optional(),
  endedAt: Time.optional(),
  outcome: LibraryOutcome.optional(),
  /** In the work area, for 14 days. */
  reportKey: z.string().optional(),
  error: z.strictObject({ name: z.string(), message: z.string(), remedy: z.string().optional() }).optional(),
  executionArn: z.string().optional(),
});
export type LibraryRunView = z.infer<typeof LibraryRunView>;

/** What starts an execution of the `library-run` machine, and what each pass of it begins with. */
export const LibraryRunRef = z.strictObject({ runId: LibraryRunId, tenantId: HypervisorId });
export type LibraryRunRef = z.infer<typeof LibraryRunRef>;
export const OpenLibraryRunInput = LibraryRunRef.extend({ pass: z.int().positive() });
export type OpenLibraryRunInput = z.infer<typeof OpenLibraryRunInput>;
export const OpenLibraryRunOutput = z.strictObject({
  orderId: OrderId,
  queueUrl: z.string(),
  queueDeadlineSeconds: z.int().positive(),
});
export type OpenLibraryRunOutput = z.infer<typeof OpenLibraryRunOutput>;
export const CloseLibraryRunInput = OpenLibraryRunInput.extend({
  error: z.object({ Error: z.string().nullish(), Cause: z.string().nullish() }).nullish(),
});
export type CloseLibraryRunInput = z.infer<typeof CloseLibraryRunInput>;
/** `waitUntil`: then another pass. */
export const CloseLibraryRunOutput = z.strictObject({
  state: LibraryRunState,
  waitUntil: Time.optional(),
  error: z.string(),
  cause: z.string(),
});
export type CloseLibraryRunOutput = z.infer<typeof CloseLibraryRunOutput>;
