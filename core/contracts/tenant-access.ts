/** Taking back and renewing the way into an account. Operators only. */
import { z } from 'zod';
import { AccessKeyPair } from './hypervisor-requests.ts';
import { HypervisorView } from './hypervisor-views.ts';
import { JobId, PlainText } from './ids.ts';

/** The new key of an account that is reached by access key; the one before is used until it is kept. */
export const RotateKey = AccessKeyPair;
export type RotateKey = z.infer<typeof RotateKey>;

export const RevokeAccess = z.strictObject({
  /** For whoever asks later. */
  reason: PlainText.min(1).max(256).optional(),
});
export type RevokeAccess = z.infer<typeof RevokeAccess>;

export const RevokedAccess = HypervisorView.extend({
  /** Jobs that were open, and are ended by it. */
  cancelledJobs: z.array(JobId),
});
export type RevokedAccess = z.infer<typeof RevokedAccess>;
