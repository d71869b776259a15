import { type Command, Option } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import { idempotencyOption, onTenant, openContext, SERVICE_OPTION, TENANT_OPTION, tenantFlag } from './context.ts';
import { given } from './options.ts';
import { showVmGroup } from './show-vm-group.ts';
import { neededRules, type RuleOptions, ruleFields, withRules } from './vm-group-rules.ts';

interface Options extends RuleOptions {
  readonly plan?: string;
  readonly zone?: string;
  readonly service?: string;
  readonly tenant?: string;
}

const EXAMPLES = `
A service hypervisor’s groups (--service, --zone) say where its automatic access nodes are launched.

Examples:
  $ holdfast vm-group add web --tag app=web --name 'web-*' --exclude-device /dev/sdf --plan plan-0199…
  $ holdfast vm-group add databases --vpc vpc-0123456789abcdef0 --tag role=db --any
  $ holdfast vm-group add all --rules rules.json
  $ holdfast vm-group add nodes --service hv-0199… --all --zone eu-central-1a`;

export const addVmGroupAdd = (group: Command): void => {
  withRules(group.command('add'))
    .description('say which instances are protected together; nothing is done to them yet')
    .argument('<name>', 'how you call it')
    .option('--plan <id>', 'the plan that protects it (default: none, on demand only)')
    .option('--zone <zone>', 'with --service: launch access nodes in this zone (default: any of the region)')
    .addOption(idempotencyOption())
    .addOption(new Option(...SERVICE_OPTION).conflicts('tenant'))
    .option(...TENANT_OPTION)
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const { plan, zone, service, tenant } = options;
      const body = { name, ...(await neededRules(options)), ...given({ planId: plan, zone }) };
      const fields = { ...ruleFields, name: '<name>', planId: '--plan', zone: '--zone' };
      const { route, params } = onTenant('addVmGroup', tenant);
      const added =
        service === undefined
          ? await api.call(route, { params, body, fields })
          : await api.call(operatorRoutes.addServiceVmGroup, { params: { hypervisorId: service }, body, fields });
      if (screen.json) return screen.value(added);
      screen.line(`${screen.colors.green('Added')} the VM group ${added.name}.\n`);
      showVmGroup(screen, added);
      if (service === undefined)
        screen.line(`\nSee what it matches: holdfast vm-group preview ${added.groupId}${tenantFlag(tenant)}`);
    });
};
