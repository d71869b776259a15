/** What a permission check answers: of a tenant's account, or of a service hypervisor's. */
import { z } from 'zod';

/** How it was found: `simulator`: IAM's; `dry run`: EC2's, nothing done; `live probe`: a real call that only looks. */
export const FoundBy = z.enum(['simulator', 'dry run', 'live probe']);
export type FoundBy = z.infer<typeof FoundBy>;

/** Which permissions are there, and what does not work without those that are missing. */
export const PermissionsReport = z.strictObject({
  complete: z.boolean(),
  checked: z.array(
    z.strictObject({
      action: z.string(),
      feature: z.string(),
      /** The role that is to have it, where several were checked. */
      role: z.string().optional(),
      allowed: z.boolean(),
      /** All that came to this verdict. */
      foundBy: z.array(FoundBy),
    }),
  ),
  /** A statement to add for each that is missing. */
  missing: z.array(
    z.strictObject({
      action: z.string(),
      feature: z.string(),
      role: z.string().optional(),
      without: z.string(),
      foundBy: z.array(FoundBy),
      statement: z.unknown(),
    }),
  ),
  /** What nothing could tell; absent: nothing. */
  unchecked: z
    .array(z.strictObject({ action: z.string(), feature: z.string(), role: z.string().optional() }))
    .optional(),
  /** What was tried live, by its words: `nothing to probe` where the account has nothing to try it on. */
  probes: z.array(
    z.strictObject({
      what: z.string(),
      outcome: z.enum(['works', 'refused', 'nothing to probe']),
      detail: z.string(),
    }),
  ),
});
export type PermissionsReport = z.infer<typeof PermissionsReport>;
export type PermissionProbe = PermissionsReport['probes'][number];

/** Only what these features need, by their names in `holdfast permissions print --feature`; absent: all. */
export const CheckedFeatures = z.strictObject({
  features: z
    .string()
    .regex(/^[a-z-]{1,40}(,[a-z-]{1,40}){0,39}$/)
    .optional(),
});
