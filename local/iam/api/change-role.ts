import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Operation, operation } from '../../kernel/service.ts';
import { parsePolicy } from '../policy-documents.ts';
import { findRole, type Iam, on, policyText, roleName, tagContext, tagList, tagRecord } from './iam.ts';

const MOST_TAGS = 50;

/** Who the policy names is looked up anew: the way to trust a role again that was deleted and made again. */
export const createUpdateAssumeRolePolicy = (iam: Iam): Operation =>
  operation({
    name: 'UpdateAssumeRolePolicy',
    input: z.strictObject({ RoleName: roleName, PolicyDocument: policyText }),
    access: ({ RoleName }, call) => [on(iam, 'UpdateAssumeRolePolicy', call, 'role', RoleName)],
    run({ RoleName, PolicyDocument }, call) {
      const role = findRole(iam, call, RoleName);
      iam.directory.putRole({ ...role, trustPolicy: parsePolicy(PolicyDocument, 'trust'), pinAnew: true });
      return {};
    },
  });

export const createTagRole = (iam: Iam): Operation =>
  operation({
    name: 'TagRole',
    input: z.strictObject({ RoleName: roleName, Tags: tagList }),
    access: ({ RoleName, Tags }, call) => [on(iam, 'TagRole', call, 'role', RoleName, tagContext(Tags))],
    run({ RoleName, Tags }, call) {
      const role = findRole(iam, call, RoleName);
      const tags = { ...role.tags, ...tagRecord(Tags) };
      if (Object.keys(tags).length > MOST_TAGS)
        throw new AwsError('LimitExceeded', `The number of tags has reached the maximum limit of ${MOST_TAGS}.`, 409);
      iam.directory.putRole({ ...role, tags });
      return {};
    },
  });

export const createDeleteRole = (iam: Iam): Operation =>
  operation({
    name: 'DeleteRole',
    input: z.strictObject({ RoleName: roleName }),
    access: ({ RoleName }, call) => [on(iam, 'DeleteRole', call, 'role', RoleName)],
    run({ RoleName }, call) {
      const role = findRole(iam, call, RoleName);
      if (Object.keys(role.policies).length > 0)
        throw new AwsError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409);
      if ((role.attached ?? []).length > 0)
        throw new AwsError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409);
      if (iam.profiles.holding(call.accountId, RoleName).length > 0) {
        const what = 'Cannot delete entity, must remove roles from instance profile first.';
        throw new AwsError('DeleteConflict', what, 409);
      }
      iam.directory.deleteRole(call.accountId, RoleName);
      return {};
    },
  });
