/** A tenant's role or user in Terraform's JSON syntax (`*.tf.json`), with its permissions as managed policies. */
import { tenantTrust } from '../core/domain/tenant-role-template.ts';
import { tenantPolicies } from '../infra/permissions/tenant-permissions.ts';
import type { TenantAccount } from './tenant-account-options.ts';

/** Strings are templates to Terraform: what IAM's own variables begin with has to be doubled. */
const literal = (text: string): string => text.replaceAll('${', '$${').replaceAll('%{', '%%{');
const json = (value: unknown): string => literal(JSON.stringify(value));

const NAME = 'holdfast_tenant';

export const tenantTerraform = (account: TenantAccount): object => {
  const name = account.kind === 'user' ? account.name : account.role.name;
  const policies = tenantPolicies(account.features);
  const own = `aws_iam_${account.kind}`;
  return {
    terraform: { required_providers: { aws: { source: 'hashicorp/aws' } } },
    resource: {
      aws_iam_policy: Object.fromEntries(
        policies.map(({ part, document }) => [
          `${NAME}_${part}`,
          { name: literal(`${name}-${part}`), policy: json(document) },
        ]),
      ),
      [own]: {
        [NAME]: {
          name: literal(name),
          ...(account.kind === 'role' ? { assume_role_policy: json(tenantTrust(account.role)) } : {}),
        },
      },
      [`${own}_policy_attachment`]: Object.fromEntries(
        policies.map(({ part }) => [
          `${NAME}_${part}`,
          { [account.kind]: `\${${own}.${NAME}.name}`, policy_arn: `\${aws_iam_policy.${NAME}_${part}.arn}` },
        ]),
      ),
    },
    output:
      account.kind === 'role'
        ? { role_arn: { description: 'For your provider, with the ExternalId', value: `\${${own}.${NAME}.arn}` } }
        : {
            user_name: {
              description: 'Make an access key of it for your provider',
              value: `\${${own}.${NAME}.name}`,
            },
          },
  };
};
