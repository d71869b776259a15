import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Operation, operation } from '../../kernel/service.ts';
import { parsePolicy } from '../policy-documents.ts';
import {
  findRole,
  type Iam,
  on,
  path,
  policyArn,
  policyText,
  roleName,
  roleXml,
  tagContext,
  tagList,
  tagRecord,
} from './iam.ts';

const seconds = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a number')
  .transform(Number)
  .refine((it) => it >= 3_600 && it <= 43_200, 'must be from 3600 to 43200');

export const createCreateRole = (iam: Iam): Operation =>
  operation({
    name: 'CreateRole',
    input: z.strictObject({
      RoleName: roleName,
      AssumeRolePolicyDocument: policyText,
      Path: path,
      Description: z.string().max(1_000).optional(),
      MaxSessionDuration: seconds.optional(),
      PermissionsBoundary: policyArn.optional(),
      Tags: tagList.optional(),
    }),
    access: ({ RoleName, Tags = [], PermissionsBoundary = [] }, call) => [
      on(iam, 'CreateRole', call, 'role', RoleName, {
        ...tagContext(Tags),
        'iam:PermissionsBoundary': PermissionsBoundary,
      }),
      ...(Tags.length > 0 ? [on(iam, 'TagRole', call, 'role', RoleName, tagContext(Tags))] : []),
    ],
    run({ RoleName, AssumeRolePolicyDocument, Description, MaxSessionDuration, PermissionsBoundary, Tags = [] }, call) {
      if (iam.directory.role(`arn:aws:iam::${call.accountId}:role/${RoleName}`))
        throw new AwsError('EntityAlreadyExists', `Role with name ${RoleName} already exists.`, 409);
      const role = iam.directory.putRole({
        accountId: call.accountId,
        name: RoleName,
        trustPolicy: parsePolicy(AssumeRolePolicyDocument, 'trust'),
        tags: tagRecord(Tags),
        ...(MaxSessionDuration !== undefined && { maxSessionSeconds: MaxSessionDuration }),
        ...(PermissionsBoundary !== undefined && { boundary: PermissionsBoundary }),
        ...(Description !== undefined && { description: Description }),
      });
      return { Role: roleXml(role) };
    },
  });

export const createGetRole = (iam: Iam): Operation =>
  operation({
    name: 'GetRole',
    input: z.strictObject({ RoleName: roleName }),
    access: ({ RoleName }, call) => [on(iam, 'GetRole', call, 'role', RoleName)],
    run: ({ RoleName }, call) => ({ Role: roleXml(findRole(iam, call, RoleName)) }),
  });
