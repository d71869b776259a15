/** A tenant's instances, and whether they are protected: `GET /instances`. */
import { z } from 'zod';
import { listOf } from './answers.ts';
import { InstanceId, PlanId, VmGroupId } from './ids.ts';
import { JobErrorView } from './job-views.ts';
import { RecoveryPointView } from './recovery-point-views.ts';

export const Protection = z.enum([
  /** Its newest recovery point is as new as its plans ask. */
  'protected',
  /** It is older than one of them allows, or it was never backed up though the time for it has passed. */
  'late',
  /** Its first backup by a plan, or the first by a plan that was just changed, has not had its time yet. */
  'waiting',
  /** No plan's schedule covers it. */
  'unprotected',
  /** It is not in the account any more, and its recovery points are there still. */
  'gone',
  /** The account cannot be asked, and no plan is known to cover it. */
  'unknown',
]);
export type Protection = z.infer<typeof Protection>;

export const InstanceView = z.strictObject({
  instanceId: InstanceId,
  name: z.string().optional(),
  /** EC2's own word. Absent: it is not in the account, or the account cannot be asked. */
  state: z.string().optional(),
  protection: Protection,
  /** Why, in one sentence. */
  reason: z.string(),
  /** VM groups whose rules match it at this moment. */
  groups: z.array(z.strictObject({ groupId: VmGroupId, name: z.string(), planId: PlanId.optional() })),
  /** The plans of those groups; of an instance that cannot be looked at, those that the records know of. */
  plans: z.array(
    z.strictObject({
      planId: PlanId,
      name: z.string(),
      /** Absent: it has no schedule, or is paused. */
      nextRunAt: z.iso.datetime().optional(),
    }),
  ),
  /** The newest one that can be restored whole. */
  newest: RecoveryPointView.pick({ recoveryPointId: true, kind: true, takenAt: true }).optional(),
  /** How many can be restored. */
  recoveryPoints: z.int().nonnegative(),
  /** They were counted among the newest records of the instance; there may be older ones. */
  orMore: z.literal(true).optional(),
});
export type InstanceView = z.infer<typeof InstanceView>;

export const InstanceList = listOf(InstanceView).extend({
  /** Why the account cannot be asked: what is listed then has recovery points. */
  accountNotReached: JobErrorView.optional(),
});
export type InstanceList = z.infer<typeof InstanceList>;
