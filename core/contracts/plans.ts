/** Plans: when VM groups are protected, how, and how long their recovery points are kept. */
import { z } from 'zod';
import { HypervisorId, PlainText, PlanId, Region } from './ids.ts';

/** O7, O8: what it is for, and how data moves. Rules are checked before anything else looks at them. */
export const Purpose = z.enum(['restore', 'replication', 'conversion']);
export type Purpose = z.infer<typeof Purpose>;
export const Transport = z.enum(['ebs-direct', 'hotadd', 'import-export']);
export type Transport = z.infer<typeof Transport>;

/** EventBridge Scheduler's own: `cron(0 2 * * ? *)` or `rate(6 hours)`, in a time zone of the IANA database. */
export const ScheduleFields = z.strictObject({
  expression: z
    .string()
    .max(256)
    .regex(
      /^(cron\(\S+ \S+ \S+ \S+ \S+ \S+\)|rate\([1-9]\d* (minute|minutes|hour|hours|day|days)\))$/,
      'must be cron(minutes hours day-of-month month day-of-week year), like cron(0 2 * * ? *), or rate(6 hours)',
    ),
  timeZone: z.string().min(1).max(50).default('UTC'),
});
export type ScheduleFields = z.infer<typeof ScheduleFields>;

/** A point is kept while any of these keeps it. Ages count from the instance's newest good point, never from today. */
export const Retention = z
  .strictObject({
    days: z.int().min(1).max(36_500).optional(),
    /** The newest so many. */
    count: z.int().min(1).max(10_000).optional(),
    /** Grandfather-father-son: the last point of each of so many days, ISO weeks, months and years. */
    gfs: z
      .strictObject({
        daily: z.int().min(0).max(3_660).default(0),
        weekly: z.int().min(0).max(520).default(0),
        monthly: z.int().min(0).max(1_200).default(0),
        yearly: z.int().min(0).max(100).default(0),
      })
      .optional(),
  })
  .refine(
    (retention) => Object.values(retention).some((value) => value !== undefined),
    'must have at least one of days, count and gfs',
  );
export type Retention = z.infer<typeof Retention>;

/** How much of a recovery point in the library is read back before it is committed. */
export const VerifyDepth = z.enum(['sample', 'full']);
export type VerifyDepth = z.infer<typeof VerifyDepth>;

const Command = z.string().min(1).max(4_096);

export const PlanFields = z.strictObject({
  name: PlainText.min(1).max(64),
  /** What a run of the schedule starts. */
  method: z.enum(['streaming', 'snapshot']).default('streaming'),
  /** Absent: on demand only. */
  schedule: ScheduleFields.optional(),
  /** True: the schedule stands still; jobs can still be started on demand. */
  paused: z.boolean().default(false),
  /** Of streaming backups: a full each so many days; 0: only the first is full; `always`: every one. */
  fullEvery: z.union([z.literal('always'), z.int().min(0).max(3_660)]).default(0),
  /** Of snapshots: whether and when their data is copied to the library. */
  copy: z
    .discriminatedUnion('when', [
      z.strictObject({ when: z.literal('never') }),
      z.strictObject({ when: z.literal('at-once') }),
      z.strictObject({ when: z.literal('on-schedule'), schedule: ScheduleFields }),
      z.strictObject({ when: z.literal('on-demand') }),
    ])
    .default({ when: 'never' }),
  /** Of what goes to the library. Absent: a sample. */
  verify: VerifyDepth.optional(),
  /** Ask the guest's applications to hold still while the snapshots are taken (through SSM; VSS on Windows). */
  consistency: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('crash') }),
      z.strictObject({
        kind: z.literal('application'),
        /** Shell commands of the guest, before and after; Windows uses VSS and takes none. */
        freeze: Command.optional(),
        thaw: Command.optional(),
      }),
    ])
    .default({ kind: 'crash' }),
  /** Snapshots are also copied there. */
  copyToRegion: Region.optional(),
  /** Of recovery points in the library. Absent: they are kept until they are deleted by hand. */
  retention: Retention.optional(),
  /** Of snapshots that are recovery points, in the tenant account. Absent: as `retention`. */
  snapshotRetention: Retention.optional(),
  /** Instances that one job works on at a time. */
  streams: z.int().min(1).max(40).default(10),
  /** A job that has not ended so many minutes after its start is stopped. Absent: five days. */
  deadlineMinutes: z.int().min(1).max(7_200).optional(),
  transport: Transport.default('ebs-direct'),
  purpose: Purpose.default('restore'),
});
export type PlanFields = z.infer<typeof PlanFields>;

export const PlanView = PlanFields.extend({
  planId: PlanId,
  hypervisorId: HypervisorId,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** When its schedule is due next; absent without one, or while it is paused. */
  nextRunAt: z.iso.datetime().optional(),
  lastRunAt: z.iso.datetime().optional(),
});
export type PlanView = z.infer<typeof PlanView>;

/** What a tenant sees of its plans: how its data travels is the service side's business (A5). */
export const TenantPlanView = PlanView.omit({ transport: true, streams: true });
export type TenantPlanView = z.infer<typeof TenantPlanView>;
/** And what it may set. */
export const TenantPlanFields = PlanFields.omit({ transport: true, streams: true });
export type TenantPlanFields = z.infer<typeof TenantPlanFields>;
