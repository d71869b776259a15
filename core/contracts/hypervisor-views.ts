/** What the API answers of hypervisors. Times are ISO-8601 UTC. */
import { z } from 'zod';
import { AccountId, HypervisorId, Region } from './ids.ts';

const Time = z.iso.datetime();

/** What an operator sees of a hypervisor. Secrets are nobody's to see. */
export const HypervisorView = z.strictObject({
  hypervisorId: HypervisorId,
  kind: z.enum(['service', 'tenant']),
  name: z.string(),
  accountId: AccountId,
  region: Region,
  authMethod: z.enum(['iam-role', 'assume-role', 'access-key']),
  createdAt: Time,
  /** Of `assume-role`. */
  roleArn: z.string().optional(),
  externalId: z.string().optional(),
  /** Of `access-key`. */
  accessKeyId: z.string().optional(),
  boundTo: HypervisorId.optional(),
  boundAt: Time.optional(),
  accessNodes: z.enum(['manual', 'automatic']).optional(),
  /** Where automatic nodes are launched; absent: in default subnets. */
  nodeSubnets: z.array(z.string()).optional(),
  library: z.string().optional(),
  libraryId: z.string().optional(),
  libraryRoleArn: z.string().optional(),
  /** Of repair and prune; absent: the library can be checked only. */
  libraryMaintenanceRoleArn: z.string().optional(),
  /** Object Lock; `compliance` is vault mode. Absent: none. */
  libraryLock: z.enum(['governance', 'compliance']).optional(),
  kmsKeyArn: z.string().optional(),
  /** Of a service hypervisor; `preparing`: what its template makes is not found yet. */
  state: z.enum(['ready', 'preparing', 'removing']).optional(),
  /** Of a tenant hypervisor: what takes protection away waits for a second person. */
  approvals: z.literal('two-person').optional(),
  /** Of a tenant hypervisor that is being removed. */
  removing: z.literal(true).optional(),
  /** Of a tenant hypervisor whose account is not reached any more. */
  revoked: z.strictObject({ since: Time, by: z.string(), reason: z.string().optional() }).optional(),
  autoScalingGroupName: z.string().optional(),
  /** What nodes in another account assume to take orders. */
  nodeControlRoleArn: z.string().optional(),
  queues: z.strictObject({ restores: z.string(), work: z.string() }).optional(),
});
export type HypervisorView = z.infer<typeof HypervisorView>;

/** What a tenant sees of its own: nothing of the service side (A5). */
export const TenantHypervisorView = z.strictObject({
  hypervisorId: HypervisorId,
  name: z.string(),
  accountId: AccountId,
  region: Region,
  authMethod: z.enum(['assume-role', 'access-key']),
  usesServiceResources: z.boolean(),
  /** What takes protection away waits for somebody of the provider. */
  approvals: z.literal('two-person').optional(),
  /** Since then the provider reaches nothing of the account. */
  accessRevokedSince: Time.optional(),
});
export type TenantHypervisorView = z.infer<typeof TenantHypervisorView>;

/** CloudFormation, as text. */
export const Template = z.strictObject({ template: z.string() });
