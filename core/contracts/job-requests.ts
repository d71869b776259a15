/** What can be asked of the four kinds of job. */
import { z } from 'zod';
import { InstanceId, PlanId, RecoveryPointId, Region, VmGroupId, VolumeId } from './ids.ts';
import { PlanFields, Purpose, Transport, VerifyDepth } from './plans.ts';

const queueDeadlineSeconds = z.int().min(1).max(86_400).default(3_600);

/** Instances by id, by VM group, or all that a plan protects; together they are joined. */
const selection = {
  instanceIds: z.array(InstanceId).max(1_000).default([]),
  groupIds: z.array(VmGroupId).max(100).default([]),
  planId: PlanId.optional(),
};
const oneOf = 'must name at least one instance, VM group or plan';
const selected = (body: { instanceIds: string[]; groupIds: string[]; planId?: string | undefined }): boolean =>
  body.instanceIds.length > 0 || body.groupIds.length > 0 || body.planId !== undefined;

export const StartBackup = z
  .strictObject({
    ...selection,
    /** `incremental` falls back to a full, volume by volume, where there is nothing to compare with. */
    level: z.enum(['full', 'incremental']).default('incremental'),
    /** Absent: as the plan says, else a sample. */
    verify: VerifyDepth.optional(),
    queueDeadlineSeconds,
  })
  .refine(selected, { message: oneOf, path: ['instanceIds'] });
export type StartBackup = z.infer<typeof StartBackup>;

export const StartSnapshot = z
  .strictObject({
    ...selection,
    /** Absent: as the plan says, else crash-consistent. */
    consistency: PlanFields.shape.consistency.unwrap().optional(),
    copyToRegion: Region.optional(),
    /** True: a backup copy starts as soon as the snapshots are taken. Absent: as the plan says. */
    copyAtOnce: z.boolean().optional(),
    queueDeadlineSeconds,
  })
  .refine(selected, { message: oneOf, path: ['instanceIds'] });
export type StartSnapshot = z.infer<typeof StartSnapshot>;

export const StartBackupCopy = z
  .strictObject({
    ...selection,
    /** Of kind `snapshot`; together with the selection above, joined. */
    recoveryPointIds: z.array(RecoveryPointId).max(500).default([]),
    /** Absent: as the plan says, else a sample. */
    verify: VerifyDepth.optional(),
    queueDeadlineSeconds,
  })
  .refine((body) => selected(body) || body.recoveryPointIds.length > 0, {
    message: 'must name at least one recovery point, instance, VM group or plan',
    path: ['recoveryPointIds'],
  });
export type StartBackupCopy = z.infer<typeof StartBackupCopy>;

const subnetId = z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'must be a subnet id, like subnet-0123456789abcdef0');
const availabilityZone = z.string().regex(/^[a-z0-9-]+$/, 'must be an availability zone, like eu-central-1a');
const device = z.string().regex(/^(\/dev\/)?[a-z]{2,4}[a-z0-9]{1,4}$/, 'must be a device name, like /dev/sdf');
/** Volumes of the recovery point, by the id that they had. Absent: all of them. */
const volumeIds = z.array(VolumeId).min(1).max(128).optional();

export const RestoreTarget = z.discriminatedUnion('kind', [
  /** Out of place: what the instance was, as a new one beside it. */
  z.strictObject({
    kind: z.literal('new-instance'),
    /** Name tag; the old one's with "-restored" if absent. */
    name: z.string().min(1).max(255).optional(),
    instanceType: z
      .string()
      .regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, 'must be an instance type, like m7i.large')
      .optional(),
    subnetId: subnetId.optional(),
    securityGroupIds: z
      .array(z.string().regex(/^sg-[0-9a-f]{8,17}$/, 'must be a security group id, like sg-0123456789abcdef0'))
      .max(16)
      .optional(),
    keyName: z.string().min(1).max(255).optional(),
    availabilityZone: availabilityZone.optional(),
    /** Of a licensed platform (Windows, RHEL, …): an image of it to launch from. Absent: one is looked for. */
    donorImageId: z
      .string()
      .regex(/^ami-[0-9a-f]{8,17}$/, 'must be an image id, like ami-0123456789abcdef0')
      .optional(),
  }),
  /** The instance itself gets the recovery point's volumes in place of those that it has now. */
  z.strictObject({
    kind: z.literal('in-place'),
    /** Said in so many words: what is on the instance's volumes now is replaced. */
    overwrite: z.literal(true, 'must be true: the instance’s present volumes are replaced'),
    volumeIds,
    /** The replaced volumes are kept until the restore has succeeded; then removed only if asked. */
    replacedVolumes: z.enum(['keep', 'remove']).default('keep'),
  }),
  /** Volumes by themselves. */
  z.strictObject({ kind: z.literal('volumes'), volumeIds, availabilityZone: availabilityZone.optional() }),
  /** Volumes, attached to an instance that is there. */
  z.strictObject({
    kind: z.literal('attach'),
    instanceId: InstanceId,
    volumeIds,
    /** Volume of the recovery point → device. Absent: the first free ones. */
    devices: z.record(VolumeId, device).optional(),
  }),
]);
export type RestoreTarget = z.infer<typeof RestoreTarget>;

export const StartRestore = z.strictObject({
  recoveryPointId: RecoveryPointId,
  /** A recovery point and its copy are two places of the same data. `nearest`: the snapshot, while it is really there. */
  from: z.enum(['nearest', 'snapshot', 'library']).default('nearest'),
  target: RestoreTarget.default({ kind: 'new-instance' }),
  /** O9. Absent: `leave-out` from the library, `restore` from a snapshot. */
  volumeTags: z.enum(['leave-out', 'restore']).optional(),
  /** KMS key (id, ARN or alias) for the restored volumes. Absent: as they were encrypted. */
  kmsKeyId: z.string().min(1).max(2_048).optional(),
  purpose: Purpose.default('restore'),
  transport: Transport.default('ebs-direct'),
  queueDeadlineSeconds,
});
export type StartRestore = z.infer<typeof StartRestore>;

/** What a tenant may ask for: how its data travels is the service side's business (A5). */
export const TenantStartRestore = StartRestore.omit({ transport: true });
export type TenantStartRestore = z.infer<typeof TenantStartRestore>;
