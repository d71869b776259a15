/** CloudFormation for a tenant account: the one role that Holdfast needs there. */
import { stringify } from 'yaml';

export interface TenantTemplate {
  /** The deployment's role that may assume it, and nobody else. */
  readonly hubRoleArn: string;
  readonly externalId: string;
  readonly roleName: string;
  /** The tenant's JSON permissions. */
  readonly permissions: string;
}

/**
 * The ExternalId holds for AssumeRole; the session's source identity and tags are rights of their own, which STS asks for
 * in the same call.
 */
export const tenantTemplate = ({ hubRoleArn, externalId, roleName, permissions }: TenantTemplate): string =>
  stringify(
    {
      AWSTemplateFormatVersion: '2010-09-09',
      Description: 'Lets Holdfast protect the EC2 instances of this account.',
      Resources: {
        HoldfastRole: {
          Type: 'AWS::IAM::Role',
          Properties: {
            RoleName: roleName,
            AssumeRolePolicyDocument: {
              Version: '2012-10-17',
              Statement: [
                {
                  Effect: 'Allow',
                  Principal: { AWS: hubRoleArn },
                  Action: 'sts:AssumeRole',
                  Condition: { StringEquals: { 'sts:ExternalId': externalId } },
                },
                {
                  Effect: 'Allow',
                  Principal: { AWS: hubRoleArn },
                  Action: ['sts:SetSourceIdentity', 'sts:TagSession'],
                },
              ],
            },
            Policies: [{ PolicyName: 'holdfast', PolicyDocument: JSON.parse(permissions) }],
          },
        },
      },
      Outputs: {
        RoleArn: {
          Description: 'For: holdfast hypervisor add tenant --role-arn',
          Value: { 'Fn::GetAtt': ['HoldfastRole', 'Arn'] },
        },
      },
    },
    // "2012-10-17" must stay text: YAML 1.1, which CloudFormation reads, takes a bare one for a date
    { version: '1.1', lineWidth: 0 },
  );
