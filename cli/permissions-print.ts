import { type Command, Option } from 'commander';
import type { TenantFeature } from '../infra/permissions/tenant-permissions.ts';
import { usageError } from './cli-error.ts';
import { featureOption } from './feature-option.ts';
import { permissionHolders, permissionsOf } from './permission-documents.ts';
import { screenOf } from './screen.ts';

interface Options {
  readonly for: string;
  readonly feature?: readonly TenantFeature[];
  readonly stage?: string;
  readonly region?: string;
  readonly account?: string;
}

export const addPermissionsPrint = (group: Command): void => {
  group
    .command('print')
    .description(
      'print the JSON permissions that an account has to grant, or a role of the deployment has; nothing is sent',
    )
    .addOption(
      new Option(
        '--for <holder>',
        'a tenant’s role, the user of a tenant’s access key, a service hypervisor’s role in another account, all roles of the control plane, a service hypervisor’s access nodes, or one role',
      )
        .choices(permissionHolders())
        .default('tenant'),
    )
    .addOption(featureOption())
    .option('--stage <name>', 'of the deployment (else a placeholder)')
    .option('--region <region>', 'of the deployment (else a placeholder)')
    .option('--account <id>', 'of the deployment (else a placeholder)')
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast permissions print --feature streaming,restore > holdfast-policy.json
  $ holdfast permissions print --for broker --stage dev --region eu-central-1 --account 111122223333`,
    )
    .action(({ for: holder, feature: features, ...place }: Options, command: Command) => {
      if (features && !holder.startsWith('tenant')) {
        throw usageError('Only a tenant’s permissions are divided by feature.', {
          field: '--feature',
          remedy: 'Leave it out, or ask for those of a tenant or a tenant-user.',
        });
      }
      screenOf(command).value(permissionsOf(holder, { features, ...place }));
    });
};
