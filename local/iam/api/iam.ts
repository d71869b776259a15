import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import type { Access, Call, Kernel } from '../../kernel/service.ts';
import { type Directory, openDirectory } from '../directory.ts';
import { type InstanceProfiles, openInstanceProfiles } from '../instance-profiles.ts';
import type { InstanceProfileRecord, RoleRecord } from '../records.ts';

/** What IAM's actions share: the directory that every call is authorised by. */
export interface Iam {
  readonly kernel: Kernel;
  readonly directory: Directory;
  readonly profiles: InstanceProfiles;
}

export const openIam = (kernel: Kernel): Iam => ({
  kernel,
  directory: openDirectory(kernel),
  profiles: openInstanceProfiles(kernel.store),
});

const name = (most: number) =>
  z
    .string()
    .regex(new RegExp(`^[\\w+=,.@-]{1,${most}}$`), 'must be alphanumeric with +=,.@-_ and no longer than allowed');
export const roleName = name(64);
export const profileName = name(128);
export const policyName = name(128);
/** Of an account's own: AWS's managed policies are not here. */
export const policyArn = z
  .string()
  .regex(/^arn:aws:iam::\d{12}:policy\/[\w+=,.@-]{1,128}$/, 'must be the ARN of a policy');
export const policyText = z.string().min(1).max(131_072);
/** Names are unique whatever the path; the local cloud has no other than the root. */
export const path = z.literal('/', 'the local cloud has no path but /').optional();

export const tagList = z
  .array(z.strictObject({ Key: z.string().min(1).max(128), Value: z.string().max(256) }))
  .max(50)
  .refine((it) => it.every(({ Key }) => !/^aws:/i.test(Key)), 'tag keys must not start with aws:')
  .refine((it) => new Set(it.map(({ Key }) => Key.toLowerCase())).size === it.length, 'tag keys must differ');
export type TagList = z.infer<typeof tagList>;

export const tagRecord = (tags: TagList): Record<string, string> =>
  Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));

export const tagContext = (tags: TagList): NonNullable<Access['context']> => ({
  'aws:TagKeys': tags.map(({ Key }) => Key),
  ...Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value])),
});

const arn = (call: Call, kind: 'role' | 'instance-profile', it: string): string =>
  `arn:aws:iam::${call.accountId}:${kind}/${it}`;

/** Throws AwsError, NoSuchEntity. */
export const findRole = (iam: Iam, call: Call, it: string): RoleRecord => {
  const role = iam.directory.role(arn(call, 'role', it));
  if (!role) throw new AwsError('NoSuchEntity', `The role with name ${it} cannot be found.`, 404);
  return role;
};

/** Throws AwsError, NoSuchEntity. */
export const findProfile = (iam: Iam, call: Call, it: string): InstanceProfileRecord => {
  const profile = iam.profiles.find(call.accountId, it);
  if (!profile) throw new AwsError('NoSuchEntity', `Instance Profile ${it} cannot be found.`, 404);
  return profile;
};

/** The permission for an action on a role or profile, whether or not it exists. */
export const on = (
  iam: Iam,
  action: string,
  call: Call,
  kind: 'role' | 'instance-profile',
  it: string,
  more: NonNullable<Access['context']> = {},
): Access => {
  const record = kind === 'role' ? iam.directory.role(arn(call, kind, it)) : iam.profiles.find(call.accountId, it);
  const tags = Object.entries(record?.tags ?? {});
  return {
    action: `iam:${action}`,
    resource: arn(call, kind, it),
    context: {
      'iam:PermissionsBoundary': (record && 'boundary' in record && record.boundary) || [],
      ...Object.fromEntries(
        tags.flatMap(([key, value]) => [
          [`aws:ResourceTag/${key}`, value],
          [`iam:ResourceTag/${key}`, value],
        ]),
      ),
      ...more,
    },
  };
};

/** The permission for an action on a managed policy, whether or not it exists. */
export const onPolicy = (
  iam: Iam,
  action: string,
  policyArn: string,
  more: NonNullable<Access['context']> = {},
): Access => {
  const tags = Object.entries(iam.directory.managed.find(policyArn)?.tags ?? {});
  return {
    action: `iam:${action}`,
    resource: policyArn,
    resourceAccountId: policyArn.split(':')[4] ?? '',
    context: { ...Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value])), ...more },
  };
};

export const roleXml = (role: RoleRecord) => ({
  Path: '/',
  RoleName: role.name,
  RoleId: role.roleId,
  Arn: role.arn,
  CreateDate: new Date(role.createdAt ?? 0),
  AssumeRolePolicyDocument: encodeURIComponent(JSON.stringify(role.trustPolicy)),
  Description: role.description,
  MaxSessionDuration: role.maxSessionSeconds,
  Tags: tagsXml(role.tags),
  ...(role.boundary !== undefined && {
    PermissionsBoundary: {
      PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
      PermissionsBoundaryArn: role.boundary,
    },
  }),
});

export const tagsXml = (tags: Readonly<Record<string, string>>) =>
  Object.keys(tags).length === 0 ? undefined : { member: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
