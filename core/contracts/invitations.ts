/** How an account becomes a tenant: it is invited under an ExternalId of ours, deploys a role, and its hypervisor is added. */
import { z } from 'zod';
import { AccountId, HypervisorId, PlainText, Region } from './ids.ts';

export const InviteTenant = z.strictObject({
  accountId: AccountId,
  name: PlainText.min(1).max(64),
  region: Region,
  /** What the role is to allow, by the names that `holdfast permissions print --help` lists. Absent: as it was invited last, at first everything. */
  features: z
    .array(z.string().regex(/^[a-z-]{1,64}$/, 'must be the name of a feature'))
    .min(1)
    .max(64)
    .optional(),
});
export type InviteTenant = z.infer<typeof InviteTenant>;

export const InvitationView = z.strictObject({
  accountId: AccountId,
  name: z.string(),
  region: Region,
  /** 128 random bits, 32 hex digits: of this account, for good. Not a secret, but of no use to anybody else. */
  externalId: z.string(),
  /** What the account has to trust, and nobody else. */
  hubRoleArn: z.string(),
  /** The role that the template makes: for `addHypervisor`. */
  roleArn: z.string(),
  /** What the template allows. */
  features: z.array(z.string()),
  invitedAt: z.iso.datetime(),
  /** Of the account's tenant hypervisor, once it is added. */
  hypervisorId: HypervisorId.optional(),
  /** CloudFormation, to be deployed in the account. */
  template: z.string(),
});
export type InvitationView = z.infer<typeof InvitationView>;
