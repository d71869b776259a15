import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Operation, operation } from '../../kernel/service.ts';
import { parsePolicy } from '../policy-documents.ts';
import { findRole, type Iam, on, policyName, policyText, roleName } from './iam.ts';
import { marker, maxItems, pageOf } from './paging.ts';

const notFound = (role: string, policy: string): AwsError =>
  new AwsError('NoSuchEntity', `The role policy with name ${policy} cannot be found for role ${role}.`, 404);

export const createPutRolePolicy = (iam: Iam): Operation =>
  operation({
    name: 'PutRolePolicy',
    input: z.strictObject({ RoleName: roleName, PolicyName: policyName, PolicyDocument: policyText }),
    access: ({ RoleName }, call) => [on(iam, 'PutRolePolicy', call, 'role', RoleName)],
    run({ RoleName, PolicyName, PolicyDocument }, call) {
      const role = findRole(iam, call, RoleName);
      const policies = { ...role.policies, [PolicyName]: parsePolicy(PolicyDocument, 'identity') };
      iam.directory.putRole({ ...role, policies });
      return {};
    },
  });

export const createGetRolePolicy = (iam: Iam): Operation =>
  operation({
    name: 'GetRolePolicy',
    input: z.strictObject({ RoleName: roleName, PolicyName: policyName }),
    access: ({ RoleName }, call) => [on(iam, 'GetRolePolicy', call, 'role', RoleName)],
    run({ RoleName, PolicyName }, call) {
      const policy = findRole(iam, call, RoleName).policies[PolicyName];
      if (!policy) throw notFound(RoleName, PolicyName);
      return { RoleName, PolicyName, PolicyDocument: encodeURIComponent(JSON.stringify(policy)) };
    },
  });

export const createDeleteRolePolicy = (iam: Iam): Operation =>
  operation({
    name: 'DeleteRolePolicy',
    input: z.strictObject({ RoleName: roleName, PolicyName: policyName }),
    access: ({ RoleName }, call) => [on(iam, 'DeleteRolePolicy', call, 'role', RoleName)],
    run({ RoleName, PolicyName }, call) {
      const role = findRole(iam, call, RoleName);
      const { [PolicyName]: gone, ...policies } = role.policies;
      if (!gone) throw notFound(RoleName, PolicyName);
      iam.directory.putRole({ ...role, policies });
      return {};
    },
  });

export const createListRolePolicies = (iam: Iam): Operation =>
  operation({
    name: 'ListRolePolicies',
    input: z.strictObject({ RoleName: roleName, Marker: marker, MaxItems: maxItems }),
    access: ({ RoleName }, call) => [on(iam, 'ListRolePolicies', call, 'role', RoleName)],
    run({ RoleName, ...paging }, call) {
      const names = Object.keys(findRole(iam, call, RoleName).policies).sort();
      const { page, ...rest } = pageOf(names, paging);
      return { PolicyNames: { member: page }, ...rest };
    },
  });
