/** CloudFormation for a tenant account: the one role, or user, that Holdfast needs there. */
import { arnOf, FORMAT, POLICY_VERSION, ref, type Template } from '../core/domain/cloudformation.ts';
import { permissionsOf } from './permission-documents.ts';

const Description = 'Holdfast: lets the provider protect the EC2 instances of this account';

export interface TenantRole {
  /** The deployment's role that may assume it, and nobody else. */
  readonly hubRoleArn: string;
  readonly externalId: string;
  readonly name: string;
}

/**
 * The ExternalId holds for AssumeRole; a session's source identity and tags are rights of their own, which STS asks for
 * in the same call.
 */
export const tenantRoleTemplate = ({ hubRoleArn, externalId, name }: TenantRole): Template => ({
  AWSTemplateFormatVersion: FORMAT,
  Description,
  Resources: {
    TenantRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: name,
        AssumeRolePolicyDocument: {
          Version: POLICY_VERSION,
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: hubRoleArn },
              Action: 'sts:AssumeRole',
              Condition: { StringEquals: { 'sts:ExternalId': externalId } },
            },
            { Effect: 'Allow', Principal: { AWS: hubRoleArn }, Action: ['sts:SetSourceIdentity', 'sts:TagSession'] },
          ],
        },
        Policies: [{ PolicyName: 'holdfast', PolicyDocument: permissionsOf('tenant') }],
      },
    },
  },
  Outputs: { RoleArn: { Description: 'For your provider, with the ExternalId', Value: arnOf('TenantRole') } },
});

/** Its permissions are a managed policy: a user's inline policies may have 2,048 characters only. */
export const tenantUserTemplate = ({ name }: { readonly name: string }): Template => ({
  AWSTemplateFormatVersion: FORMAT,
  Description,
  Resources: {
    TenantPolicy: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { ManagedPolicyName: name, PolicyDocument: permissionsOf('tenant-user') },
    },
    TenantUser: {
      Type: 'AWS::IAM::User',
      Properties: { UserName: name, ManagedPolicyArns: [ref('TenantPolicy')] },
    },
  },
  Outputs: { UserName: { Description: 'Make an access key of it for your provider', Value: ref('TenantUser') } },
});
