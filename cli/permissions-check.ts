import type { Command } from 'commander';
import { operatorRoutes, type PermissionsReport } from '../core/contracts/api.ts';
import type { TenantFeature } from '../infra/permissions/tenant-permissions.ts';
import { CliError, usageError } from './cli-error.ts';
import { onNamedTenant, openContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { featureOption } from './feature-option.ts';
import { showPermissions } from './show-permissions.ts';

interface Options {
  readonly service?: boolean;
  readonly feature?: readonly TenantFeature[];
}

export const addPermissionsCheck = (group: Command): void => {
  group
    .command('check')
    .description(
      'operators: which permissions an account grants, how that was found, and what does not work without the missing ones',
    )
    .argument('<hypervisor>', 'the tenant hypervisor; with --service, a service hypervisor')
    .option('--service', 'of a service hypervisor: the roles that serve it, its queues, its library')
    .addOption(featureOption())
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast permissions check hv-0199…
  $ holdfast permissions check hv-0199… --feature streaming,restore
  $ holdfast permissions check hv-0188… --service`,
    )
    .action(async (hypervisorId: string, { service, feature }: Options, command: Command) => {
      const { api, screen } = openContext(command);
      if (service && feature) {
        throw usageError('Only a tenant’s permissions are divided by feature.', {
          field: '--feature',
          remedy: 'Leave it out.',
        });
      }
      const askTenant = (): Promise<PermissionsReport> => {
        const { route, params } = onNamedTenant('checkPermissions', hypervisorId);
        return api.call(route, { params, ...(feature ? { query: { features: feature.join(',') } } : {}) });
      };
      const report = service
        ? await api.call(operatorRoutes.checkServicePermissions, { params: { hypervisorId } })
        : await askTenant();
      if (screen.json) screen.value(report);
      else showPermissions(screen, report);
      if (!report.complete) throw new CliError('PermissionsMissing', '', { exitCode: EXIT.incomplete });
    });
};
