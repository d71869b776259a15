import { z } from 'zod';

/** A prefix and a UUIDv7 (or a hash of the same form): ≤ 48 characters of [a-z0-9-], safe in execution names. */
const id = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[a-z0-9-]{8,44}$`), `must be an id that starts with ${prefix}-`);

export const JobId = id('job');
export const HypervisorId = id('hv');
export const RecoveryPointId = id('rp');
export const OrderId = id('ord');
export const NodeId = id('node');
export const VmGroupId = id('vmg');
export const PlanId = id('plan');
export const LibraryRunId = id('run');
export const ApprovalId = id('apr');

/** Text that people read: on terminals too, so without their control characters. */
export const PlainText = z.string().regex(/^[^\p{Cc}]*$/u, 'must have no control characters');

/** 12 digits. */
export const AccountId = z.string().regex(/^\d{12}$/, 'must be an AWS account id: 12 digits');
export const Region = z
  .string()
  .max(32)
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region, like eu-central-1');
export const InstanceId = z
  .string()
  .regex(/^i-[0-9a-f]{8,17}$/, 'must be an EC2 instance id, like i-0123456789abcdef0');
export const VolumeId = z.string().regex(/^vol-[0-9a-f]{8,17}$/, 'must be an EBS volume id');
export const SnapshotId = z.string().regex(/^snap-[0-9a-f]{8,17}$/, 'must be an EBS snapshot id');

/** Counts from 1; one execution of a job's state machine. */
export const Attempt = z.int().positive();

export type JobId = z.infer<typeof JobId>;
export type HypervisorId = z.infer<typeof HypervisorId>;
export type RecoveryPointId = z.infer<typeof RecoveryPointId>;
export type OrderId = z.infer<typeof OrderId>;
export type NodeId = z.infer<typeof NodeId>;
export type VmGroupId = z.infer<typeof VmGroupId>;
export type PlanId = z.infer<typeof PlanId>;
export type LibraryRunId = z.infer<typeof LibraryRunId>;
export type ApprovalId = z.infer<typeof ApprovalId>;

/** Bytes of one block: EBS's unit, and the library's. */
export const BLOCK_BYTES = 524_288;
/** Blocks of one map page: 2 GiB of a volume. */
export const PAGE_BLOCKS = 4_096;
export const GIB = 1_073_741_824;
