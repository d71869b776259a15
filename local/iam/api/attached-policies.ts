import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import type { Access, Call } from '../../kernel/service.ts';
import { type Operation, operation } from '../../kernel/service.ts';
import { findRole, type Iam, on, policyArn, roleName } from './iam.ts';
import { marker, maxItems, pageOf } from './paging.ts';

const input = z.strictObject({ RoleName: roleName, PolicyArn: policyArn });

const access = (iam: Iam, action: string, call: Call, { RoleName, PolicyArn }: z.infer<typeof input>): Access[] => [
  on(iam, action, call, 'role', RoleName, { 'iam:PolicyARN': PolicyArn }),
];

export const createAttachRolePolicy = (iam: Iam): Operation =>
  operation({
    name: 'AttachRolePolicy',
    input,
    access: (given, call) => access(iam, 'AttachRolePolicy', call, given),
    run({ RoleName, PolicyArn }, call) {
      const role = findRole(iam, call, RoleName);
      iam.directory.putRole({ ...role, attached: [...new Set([...(role.attached ?? []), PolicyArn])] });
      return {};
    },
  });

export const createDetachRolePolicy = (iam: Iam): Operation =>
  operation({
    name: 'DetachRolePolicy',
    input,
    access: (given, call) => access(iam, 'DetachRolePolicy', call, given),
    run({ RoleName, PolicyArn }, call) {
      const role = findRole(iam, call, RoleName);
      if (!role.attached?.includes(PolicyArn))
        throw new AwsError('NoSuchEntity', `Policy ${PolicyArn} was not found.`, 404);
      iam.directory.putRole({ ...role, attached: role.attached.filter((arn) => arn !== PolicyArn) });
      return {};
    },
  });

export const createListAttachedRolePolicies = (iam: Iam): Operation =>
  operation({
    name: 'ListAttachedRolePolicies',
    input: z.strictObject({ RoleName: roleName, Marker: marker, MaxItems: maxItems }),
    access: ({ RoleName }, call) => [on(iam, 'ListAttachedRolePolicies', call, 'role', RoleName)],
    run({ RoleName, ...paging }, call) {
      const arns = [...(findRole(iam, call, RoleName).attached ?? [])].sort();
      const { page, ...rest } = pageOf(arns, paging);
      const member = page.map((PolicyArn) => ({ PolicyName: iam.directory.managed.open(PolicyArn).name, PolicyArn }));
      return { AttachedPolicies: { member }, ...rest };
    },
  });
