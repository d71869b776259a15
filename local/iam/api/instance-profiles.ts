import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Call, type Operation, operation } from '../../kernel/service.ts';
import { makeId } from '../ids.ts';
import type { InstanceProfileRecord } from '../records.ts';
import {
  findProfile,
  findRole,
  type Iam,
  on,
  path,
  profileName,
  roleName,
  roleXml,
  tagContext,
  tagList,
  tagRecord,
  tagsXml,
} from './iam.ts';

const profileXml = (iam: Iam, call: Call, profile: InstanceProfileRecord) => {
  const role = profile.roleName && iam.directory.role(`arn:aws:iam::${call.accountId}:role/${profile.roleName}`);
  return {
    Path: '/',
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.profileId,
    Arn: profile.arn,
    CreateDate: new Date(profile.createdAt),
    Roles: { member: role ? [roleXml(role)] : [] },
    Tags: tagsXml(profile.tags),
  };
};

export const createCreateInstanceProfile = (iam: Iam): Operation =>
  operation({
    name: 'CreateInstanceProfile',
    input: z.strictObject({ InstanceProfileName: profileName, Path: path, Tags: tagList.optional() }),
    access({ InstanceProfileName, Tags = [] }, call) {
      const actions = ['CreateInstanceProfile', ...(Tags.length > 0 ? ['TagInstanceProfile'] : [])];
      return actions.map((it) => on(iam, it, call, 'instance-profile', InstanceProfileName, tagContext(Tags)));
    },
    run({ InstanceProfileName, Tags = [] }, call) {
      if (iam.profiles.find(call.accountId, InstanceProfileName)) {
        const what = `Instance Profile ${InstanceProfileName} already exists.`;
        throw new AwsError('EntityAlreadyExists', what, 409);
      }
      const profile: InstanceProfileRecord = {
        accountId: call.accountId,
        name: InstanceProfileName,
        arn: `arn:aws:iam::${call.accountId}:instance-profile/${InstanceProfileName}`,
        profileId: makeId('AIPA', iam.kernel.randomHex),
        tags: tagRecord(Tags),
        createdAt: iam.kernel.clock.now(),
      };
      iam.profiles.put(profile);
      return { InstanceProfile: profileXml(iam, call, profile) };
    },
  });

export const createGetInstanceProfile = (iam: Iam): Operation =>
  operation({
    name: 'GetInstanceProfile',
    input: z.strictObject({ InstanceProfileName: profileName }),
    access: ({ InstanceProfileName }, call) => [
      on(iam, 'GetInstanceProfile', call, 'instance-profile', InstanceProfileName),
    ],
    run: ({ InstanceProfileName }, call) => ({
      InstanceProfile: profileXml(iam, call, findProfile(iam, call, InstanceProfileName)),
    }),
  });

/** Whoever gives a role to a profile passes it to EC2, and needs iam:PassRole for it. */
export const createAddRoleToInstanceProfile = (iam: Iam): Operation =>
  operation({
    name: 'AddRoleToInstanceProfile',
    input: z.strictObject({ InstanceProfileName: profileName, RoleName: roleName }),
    access: ({ InstanceProfileName, RoleName }, call) => [
      on(iam, 'AddRoleToInstanceProfile', call, 'instance-profile', InstanceProfileName),
      on(iam, 'PassRole', call, 'role', RoleName, {
        'iam:PassedToService': 'ec2.amazonaws.com',
        'iam:AssociatedResourceArn': [],
      }),
    ],
    run({ InstanceProfileName, RoleName }, call) {
      const profile = findProfile(iam, call, InstanceProfileName);
      findRole(iam, call, RoleName);
      if (profile.roleName !== undefined)
        throw new AwsError('LimitExceeded', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1', 409);
      iam.profiles.put({ ...profile, roleName: RoleName });
      return {};
    },
  });

export const createRemoveRoleFromInstanceProfile = (iam: Iam): Operation =>
  operation({
    name: 'RemoveRoleFromInstanceProfile',
    input: z.strictObject({ InstanceProfileName: profileName, RoleName: roleName }),
    access: ({ InstanceProfileName }, call) => [
      on(iam, 'RemoveRoleFromInstanceProfile', call, 'instance-profile', InstanceProfileName),
    ],
    run({ InstanceProfileName, RoleName }, call) {
      const { roleName: held, ...profile } = findProfile(iam, call, InstanceProfileName);
      if (held !== RoleName) {
        const what = `Role ${RoleName} is not in instance profile ${InstanceProfileName}.`;
        throw new AwsError('NoSuchEntity', what, 404);
      }
      iam.profiles.put(profile);
      return {};
    },
  });

export const createDeleteInstanceProfile = (iam: Iam): Operation =>
  operation({
    name: 'DeleteInstanceProfile',
    input: z.strictObject({ InstanceProfileName: profileName }),
    access: ({ InstanceProfileName }, call) => [
      on(iam, 'DeleteInstanceProfile', call, 'instance-profile', InstanceProfileName),
    ],
    run({ InstanceProfileName }, call) {
      if (findProfile(iam, call, InstanceProfileName).roleName !== undefined) {
        const what = 'Cannot delete entity, must remove roles from instance profile first.';
        throw new AwsError('DeleteConflict', what, 409);
      }
      iam.profiles.delete(call.accountId, InstanceProfileName);
      return {};
    },
  });
