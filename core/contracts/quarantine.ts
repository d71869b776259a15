/** What was set aside for an operator to look at: orders that access nodes died with, and messages that name no order. */
import { z } from 'zod';
import { HypervisorId, InstanceId, JobId, LibraryRunId, NodeId, OrderId } from './ids.ts';
import { JobErrorView } from './job-views.ts';

const MessageId = z.string().regex(/^msg-[a-z0-9]{8,44}$/);
/** Of an order or of a message. */
export const QuarantinedId = z
  .string()
  .regex(/^(ord-[a-z0-9-]{8,44}|msg-[a-z0-9]{8,44})$/, 'must be the id of something in quarantine');

const Time = z.iso.datetime();

const QuarantinedOrder = z.strictObject({
  kind: z.literal('order'),
  id: OrderId,
  at: Time,
  tenantId: HypervisorId,
  serviceId: HypervisorId,
  /** Of a library run: its id. */
  jobId: z.union([JobId, LibraryRunId]),
  attempt: z.int().positive(),
  instanceId: InstanceId.optional(),
  /** What it was to do. */
  work: z.string(),
  snapshotIds: z.array(z.string()),
  /** Each claim that ended without a word, oldest first: whose node, and when it was heard of last. */
  deaths: z.array(z.strictObject({ nodeId: NodeId, claim: z.int().positive(), lastHeardAt: Time })),
  /** In the work area, for 14 days. */
  documentKey: z.string(),
  error: JobErrorView.optional(),
});

const StrayMessage = z.strictObject({
  kind: z.literal('message'),
  id: MessageId,
  at: Time,
  serviceId: HypervisorId,
  nodeId: NodeId,
  /** Of its body, which is not kept: it may hold a task token. */
  bytes: z.int().nonnegative(),
  sha256: z.string(),
  receiveCount: z.int().positive(),
});

export const QuarantineView = z.discriminatedUnion('kind', [QuarantinedOrder, StrayMessage]);
export type QuarantineView = z.infer<typeof QuarantineView>;

export const ReleasedView = z.strictObject({
  id: QuarantinedId,
  /** The job that tries it once more, in a new attempt. */
  retries: JobId.optional(),
  /** What else is to be done, where nothing was begun. */
  note: z.string().optional(),
});
export type ReleasedView = z.infer<typeof ReleasedView>;
