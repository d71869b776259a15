import type { ServiceFactory } from '../../kernel/service.ts';
import { createAttachRolePolicy, createDetachRolePolicy, createListAttachedRolePolicies } from './attached-policies.ts';
import { createDeleteRole, createTagRole, createUpdateAssumeRolePolicy } from './change-role.ts';
import { createCreateRole, createGetRole } from './create-role.ts';
import { openIam } from './iam.ts';
import {
  createAddRoleToInstanceProfile,
  createCreateInstanceProfile,
  createDeleteInstanceProfile,
  createGetInstanceProfile,
  createRemoveRoleFromInstanceProfile,
} from './instance-profiles.ts';
import { createCreatePolicy, createDeletePolicy, createGetPolicy, createGetPolicyVersion } from './managed-policies.ts';
import { createDeleteRolePermissionsBoundary, createPutRolePermissionsBoundary } from './permissions-boundaries.ts';
import {
  createDeleteRolePolicy,
  createGetRolePolicy,
  createListRolePolicies,
  createPutRolePolicy,
} from './role-policies.ts';
import { createSimulatePrincipalPolicy } from './simulate-principal-policy.ts';

/** IAM's own API, over the directory by which every call is authorised. Global: whatever region signs. */
export const createIam: ServiceFactory = (kernel) => {
  const iam = openIam(kernel);
  return {
    name: 'iam',
    protocol: 'aws-query',
    eventSource: 'iam.amazonaws.com',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    operations: [
      createCreateRole(iam),
      createGetRole(iam),
      createUpdateAssumeRolePolicy(iam),
      createTagRole(iam),
      createDeleteRole(iam),
      createPutRolePolicy(iam),
      createGetRolePolicy(iam),
      createDeleteRolePolicy(iam),
      createListRolePolicies(iam),
      createCreatePolicy(iam),
      createGetPolicy(iam),
      createGetPolicyVersion(iam),
      createDeletePolicy(iam),
      createAttachRolePolicy(iam),
      createDetachRolePolicy(iam),
      createListAttachedRolePolicies(iam),
      createPutRolePermissionsBoundary(iam),
      createDeleteRolePermissionsBoundary(iam),
      createCreateInstanceProfile(iam),
      createGetInstanceProfile(iam),
      createAddRoleToInstanceProfile(iam),
      createRemoveRoleFromInstanceProfile(iam),
      createDeleteInstanceProfile(iam),
      createSimulatePrincipalPolicy(iam),
    ],
  };
};
