/** CloudFormation for a tenant account: the one role that Holdfast needs there. */
import { arnOf, FORMAT, POLICY_VERSION, type Template } from './cloudformation.ts';

/** The hub may assume roles whose name starts with `holdfast-` only. */
export const TENANT_ROLE = 'holdfast-tenant';

export interface TenantRole {
  /** The deployment's role that may assume it, and nobody else. */
  readonly hubRoleArn: string;
  readonly externalId: string;
  readonly name: string;
}

/**
 * Who may assume it: one role, under one ExternalId. The ExternalId holds for AssumeRole; a session's source identity and
 * tags are rights of their own, which STS asks for in the same call.
 */
export const tenantTrust = ({ hubRoleArn, externalId }: Pick<TenantRole, 'hubRoleArn' | 'externalId'>) => ({
  Version: POLICY_VERSION,
  Statement: [
    {
      Effect: 'Allow' as const,
      Principal: { AWS: hubRoleArn },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': externalId } },
    },
    {
      Effect: 'Allow' as const,
      Principal: { AWS: hubRoleArn },
      Action: ['sts:SetSourceIdentity', 'sts:TagSession'],
    },
  ],
});

/** A part of the permissions: an inline policy of the role. All of a role's have 10,240 characters together at most. */
interface TenantPolicy {
  readonly part: string;
  readonly document: unknown;
}

export const tenantRoleTemplate = (role: TenantRole, policies: readonly TenantPolicy[]): Template => ({
  AWSTemplateFormatVersion: FORMAT,
  Description: 'Holdfast: lets the provider protect the EC2 instances of this account',
  Resources: {
    TenantRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: role.name,
        AssumeRolePolicyDocument: tenantTrust(role),
        Policies: policies.map(({ part, document }) => ({ PolicyName: `holdfast-${part}`, PolicyDocument: document })),
      },
    },
  },
  Outputs: { RoleArn: { Description: 'For your provider, with the ExternalId', Value: arnOf('TenantRole') } },
});
