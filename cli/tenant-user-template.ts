/** CloudFormation for the user whose access key a tenant gives away. */
import { FORMAT, ref, type Template } from '../core/domain/cloudformation.ts';
import { type TenantFeature, tenantPolicies } from '../infra/permissions/tenant-permissions.ts';

/** `protect` → `ProtectPolicy` */
const logicalId = (part: string): string => `${part[0]?.toUpperCase()}${part.slice(1)}Policy`;

/** Its permissions are managed policies: a user's inline policies may have 2,048 characters only. */
export const tenantUserTemplate = (name: string, features: readonly TenantFeature[]): Template => {
  const policies = tenantPolicies(features);
  return {
    AWSTemplateFormatVersion: FORMAT,
    Description: 'Holdfast: lets the provider protect the EC2 instances of this account',
    Resources: {
      ...Object.fromEntries(
        policies.map(({ part, document }) => [
          logicalId(part),
          {
            Type: 'AWS::IAM::ManagedPolicy',
            Properties: { ManagedPolicyName: `${name}-${part}`, PolicyDocument: document },
          },
        ]),
      ),
      TenantUser: {
        Type: 'AWS::IAM::User',
        Properties: { UserName: name, ManagedPolicyArns: policies.map(({ part }) => ref(logicalId(part))) },
      },
    },
    Outputs: { UserName: { Description: 'Make an access key of it for your provider', Value: ref('TenantUser') } },
  };
};
