import type { ServiceFactory } from '../../kernel/service.ts';
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
      createCreateInstanceProfile(iam),
      createGetInstanceProfile(iam),
      createAddRoleToInstanceProfile(iam),
      createRemoveRoleFromInstanceProfile(iam),
      createDeleteInstanceProfile(iam),
      createSimulatePrincipalPolicy(iam),
    ],
  };
};
