/** What the templates of a tenant account are made of: CloudFormation's and Terraform's alike. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TenantRole } from '../core/domain/tenant-role-template.ts';
import { ROLE_FEATURES, type TenantFeature, tenantFeatures } from '../infra/permissions/tenant-permissions.ts';
import { usageError } from './cli-error.ts';
import { featureOption } from './feature-option.ts';

export interface TenantAccountOptions {
  readonly hubRole?: string;
  readonly externalId?: string;
  readonly user?: boolean;
  readonly name: string;
  readonly feature?: readonly TenantFeature[];
}

const formed = (form: RegExp, words: string) => (text: string) => {
  if (form.test(text)) return text;
  throw new InvalidArgumentError(words);
};

export const withTenantAccountOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--hub-role <arn>', 'the deployment’s hub role, which alone may assume it').argParser(
        formed(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, 'It must be the ARN of an IAM role.'),
      ),
    )
    .addOption(
      new Option('--external-id <id>', 'of the account, as its invitation says (holdfast tenant invite)').argParser(
        formed(/^[\w+=,.@:/-]{2,1224}$/, 'It must have 2 to 1224 letters, digits and + = , . @ : / - only.'),
      ),
    )
    .addOption(
      new Option('--user', 'a user instead, of whose access key you make use').conflicts(['hubRole', 'externalId']),
    )
    .addOption(
      // the hub may assume roles of this name only
      new Option('--name <name>', 'of the role or user; it starts with holdfast-')
        .argParser(
          formed(/^holdfast-[\w+=,.@-]{1,55}$/, 'It must start with holdfast-, and have 64 characters at most.'),
        )
        .default('holdfast-tenant'),
    )
    .addOption(featureOption());

export type TenantAccount =
  | { readonly kind: 'user'; readonly name: string; readonly features: readonly TenantFeature[] }
  | {
      readonly kind: 'role';
      readonly role: TenantRole;
      readonly features: readonly TenantFeature[];
    };

/** Errors: CliError (who may assume the role, and under which ExternalId, is not said). */
export const tenantAccountOf = ({ hubRole, externalId, user, name, feature }: TenantAccountOptions): TenantAccount => {
  if (user) {
    const features = feature ? [...feature, 'access-key' as const] : tenantFeatures;
    return { kind: 'user', name, features };
  }
  if (hubRole === undefined) {
    throw usageError('Who may assume the role is not known.', {
      field: '--hub-role',
      remedy: 'Give the ARN of the deployment’s hub role, as your provider names it; or --user for an access key.',
    });
  }
  if (externalId === undefined) {
    throw usageError('The account’s ExternalId is not known.', {
      field: '--external-id',
      remedy: 'Give that of its invitation: each account has one, and no other is taken (holdfast tenant invite).',
    });
  }
  return { kind: 'role', role: { hubRoleArn: hubRole, externalId, name }, features: feature ?? ROLE_FEATURES };
};
