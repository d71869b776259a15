/** Sweeps: what was left behind, and removing it. Operators only. */
import { z } from 'zod';
import { HypervisorId, JobId, Region } from './ids.ts';

export const ReaperQuery = z.strictObject({ tenantId: HypervisorId.optional() });

const PlaceView = z.strictObject({
  /** `control-plane`, or the tenant whose records or account it is. */
  place: z.string(),
  tenantId: HypervisorId.optional(),
  region: Region.optional(),
});

export const FindingView = z.strictObject({
  ...PlaceView.shape,
  kind: z.string(),
  /** The thing's own id. */
  subject: z.string(),
  /** `remove`: at `dueAt`, by the next sweep. `wait`: something else goes first. `show`: nothing is done about it. */
  action: z.enum(['remove', 'wait', 'show']),
  reason: z.string(),
  dueAt: z.iso.datetime().optional(),
  jobId: JobId.optional(),
  /** Of what earlier sweeps have found already. */
  firstSeenAt: z.iso.datetime().optional(),
  attempts: z.int().nonnegative().optional(),
  error: z.string().optional(),
  nextTryAt: z.iso.datetime().optional(),
});
export type FindingView = z.infer<typeof FindingView>;

/** `token` stands for exactly what a run would remove now. */
export const ReaperPlanView = z.strictObject({
  token: z.string(),
  findings: z.array(FindingView),
  /** Findings that the answer has no room for: a run removes what is due of them too. */
  more: z.int().positive().optional(),
  /** How many of all findings are due now. */
  due: z.int().nonnegative(),
  /** There was no time for these, or they could not be reached: name a tenant to look at it alone. */
  notLookedAt: z.array(z.strictObject({ ...PlaceView.shape, reason: z.string() })),
});
export type ReaperPlanView = z.infer<typeof ReaperPlanView>;

/** Names the plan that was shown, or the one tenant to sweep whatever there is; or both: that tenant's plan. */
export const RunReaper = z
  .strictObject({ token: z.string().min(1).max(128).optional(), tenantId: HypervisorId.optional() })
  .refine(({ token, tenantId }) => token !== undefined || tenantId !== undefined, {
    message: 'must name the token of a plan, or a tenant',
    path: ['token'],
  });
export type RunReaper = z.infer<typeof RunReaper>;

export const ReaperResult = z.strictObject({
  /** Removed, or closed. */
  removed: z.int().nonnegative(),
  /** Given to a cleanup: open until a later sweep does not find it. */
  begun: z.int().positive().optional(),
  failed: z.int().nonnegative(),
  /** Findings that are open afterwards. */
  open: z.int().nonnegative(),
  /** Tenants that there was no time for. */
  left: z.int().nonnegative(),
  problems: z.array(z.string()),
});
export type ReaperResult = z.infer<typeof ReaperResult>;
