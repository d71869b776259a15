import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Operation, operation } from '../../kernel/service.ts';
import { findRole, type Iam, on, policyArn, roleName } from './iam.ts';

export const createPutRolePermissionsBoundary = (iam: Iam): Operation =>
  operation({
    name: 'PutRolePermissionsBoundary',
    input: z.strictObject({ RoleName: roleName, PermissionsBoundary: policyArn }),
    access: ({ RoleName, PermissionsBoundary }, call) => [
      on(iam, 'PutRolePermissionsBoundary', call, 'role', RoleName, { 'iam:PermissionsBoundary': PermissionsBoundary }),
    ],
    run({ RoleName, PermissionsBoundary }, call) {
      iam.directory.putRole({ ...findRole(iam, call, RoleName), boundary: PermissionsBoundary });
      return {};
    },
  });

export const createDeleteRolePermissionsBoundary = (iam: Iam): Operation =>
  operation({
    name: 'DeleteRolePermissionsBoundary',
    input: z.strictObject({ RoleName: roleName }),
    access: ({ RoleName }, call) => [on(iam, 'DeleteRolePermissionsBoundary', call, 'role', RoleName)],
    run({ RoleName }, call) {
      const { boundary, ...role } = findRole(iam, call, RoleName);
      if (boundary === undefined)
        throw new AwsError('NoSuchEntity', `The role with name ${RoleName} has no permissions boundary.`, 404);
      iam.directory.putRole(role);
      return {};
    },
  });
