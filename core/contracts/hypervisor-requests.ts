/** What an operator sends about hypervisors and access nodes. */
import { z } from 'zod';
import { AccountId, HypervisorId, PlainText, Region } from './ids.ts';

const RoleArn = z.string().regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'must be the ARN of an IAM role');

const AssumeRole = z.strictObject({
  method: z.literal('assume-role'),
  roleArn: RoleArn,
  externalId: z.string().min(2).max(1224),
});
/** A tenant's: its ExternalId is that of its account's invitation; one that is given must be it. */
const TenantAssumeRole = AssumeRole.partial({ externalId: true });
export const AccessKeyPair = z.strictObject({
  accessKeyId: z.string().min(16).max(128),
  secretAccessKey: z.string().min(16).max(128),
});
const AccessKey = AccessKeyPair.extend({ method: z.literal('access-key') });
const IamRole = z.strictObject({ method: z.literal('iam-role') });

const TENANT_AUTH =
  'must be assume-role or access-key for a tenant hypervisor: an IAM role (iam-role) is for service hypervisors only';

export const AddHypervisor = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('service'),
    name: PlainText.min(1).max(64),
    accountId: AccountId,
    region: Region,
    auth: z.discriminatedUnion('method', [IamRole, AssumeRole, AccessKey]),
    accessNodes: z.enum(['manual', 'automatic']),
    /** Of its account and region: where automatic nodes are launched. Absent: in the default ones. */
    nodeSubnets: z
      .array(z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'must be a subnet id, like subnet-0123456789abcdef0'))
      .min(1)
      .max(20)
      .optional(),
    /** Where backup data is kept. Absent: the deployment's own bucket. */
    library: z
      .discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('s3'),
          bucket: z.string().min(3).max(63),
          /** Part of an ARN in session policies: none of their wildcards and variables. */
          prefix: z
            .string()
            .max(512)
            .regex(/^[\w!.()'/-]*$/, "may have letters, digits and ! - _ . ' ( ) / only")
            .default(''),
          /** Opens bucket and key; must let the deployment's broker assume it. Absent: the deployment's own. */
          roleArn: RoleArn.optional(),
          /** As `roleArn`, and may delete. Absent: the library can be checked, not repaired and not pruned. */
          maintenanceRoleArn: RoleArn.optional(),
          /** Wraps the tenants' data keys. Absent: the deployment's own. */
          kmsKeyArn: z
            .string()
            .regex(/^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, 'must be the ARN of a KMS key')
            .optional(),
        }),
        z.strictObject({ kind: z.literal('disk'), path: z.string().min(1).max(1_024) }),
      ])
      .optional(),
    /**
     * Object Lock for all that is written to the library, until its retention is over; the bucket must have it.
     * `compliance` is vault mode: nobody can shorten it, and this setting is for good. Absent: none.
     */
    lock: z.enum(['none', 'governance', 'compliance']).optional(),
    /** The public half of the offline recovery key (`holdfast recovery-key create`); the private half is never sent. */
    recoveryPublicKey: z
      .string()
      .regex(/^hfpub1(-[0-9A-HJKMNP-TV-Z]{7}){8}$/, 'must be the public key that "holdfast recovery-key create" shows'),
  }),
  z.strictObject({
    kind: z.literal('tenant'),
    name: PlainText.min(1).max(64),
    accountId: AccountId,
    region: Region,
    /** A2: an IAM role is refused for a tenant; the error says which two methods are allowed. */
    auth: z.discriminatedUnion('method', [TenantAssumeRole, AccessKey], {
      error: (issue) => (issue.code === 'invalid_union' ? TENANT_AUTH : undefined),
    }),
  }),
]);
export type AddHypervisor = z.infer<typeof AddHypervisor>;

export const BindHypervisor = z.strictObject({ serviceHypervisorId: HypervisorId });
export type BindHypervisor = z.infer<typeof BindHypervisor>;

/** Of another account that is to become a service hypervisor. */
export const ServiceAccess = z.strictObject({
  accountId: AccountId,
  region: Region,
  /** Random; to be given again when the hypervisor is added. Absent: one is made, and the template has it. */
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/, 'must have 2 to 1,224 letters, digits and + = , . @ : / - _')
    .optional(),
  /** A bucket to be made for its library, with a key and a role. Absent: the library is elsewhere. */
  libraryBucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of an S3 bucket')
    .optional(),
});
export type ServiceAccess = z.infer<typeof ServiceAccess>;

/** A node that is added by hand (O6): to be started with the settings that the answer gives. */
export const AddAccessNode = z.strictObject({ name: PlainText.min(1).max(64) });
export type AddAccessNode = z.infer<typeof AddAccessNode>;
