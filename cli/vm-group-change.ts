import type { Command } from 'commander';
import type { VmGroupView } from '../core/contracts/vm-groups.ts';
import { usageError } from './cli-error.ts';
import { onTenant, openContext, TENANT_OPTION, tenantFlag } from './context.ts';
import { showVmGroup } from './show-vm-group.ts';
import { type RuleOptions, ruleFields, rulesOf, withRules } from './vm-group-rules.ts';

interface Options extends RuleOptions {
  readonly rename?: string;
  readonly excludeNothing?: boolean;
  readonly plan?: string | false;
  readonly tenant?: string;
}

/** What can be set, of a group as it is. */
const fieldsOf = ({ groupId: _, hypervisorId: __, createdAt: ___, updatedAt: ____, ...fields }: VmGroupView) => fields;

export const addVmGroupChange = (group: Command): void => {
  withRules(group.command('change'))
    .description('change a VM group: what is not named stays; instance rules that are given replace all instance rules')
    .argument('<VM group>', 'its id')
    .option('--exclude-nothing', 'leave nothing out any more')
    .option('--rename <name>', 'call it so')
    .option('--plan <id>', 'the plan that protects it')
    .option('--no-plan', 'no plan protects it any more: on demand only')
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast vm-group change vmg-0199… --plan plan-0199…
  $ holdfast vm-group change vmg-0199… --tag app=web --tag stage=prod`,
    )
    .action(async (groupId: string, options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const rules = await rulesOf(options);
      const { rename, plan, excludeNothing, tenant } = options;
      if (Object.keys(rules).length === 0 && (rename ?? plan ?? excludeNothing) === undefined)
        throw usageError('Nothing to change was named.', { remedy: 'Name it: holdfast vm-group change --help' });
      const get = onTenant('getVmGroup', tenant);
      const read = await api.call(get.route, { params: { ...get.params, groupId } });
      const { planId, ...before } = fieldsOf(read);
      const kept = plan === undefined ? planId : plan === false ? undefined : plan;
      const { route, params } = onTenant('replaceVmGroup', tenant);
      const changed = await api.call(route, {
        params: { ...params, groupId },
        query: { ifUpdatedAt: read.updatedAt },
        body: {
          ...before,
          ...(excludeNothing ? { exclude: { volumes: [] } } : {}),
          ...rules,
          ...(rename === undefined ? {} : { name: rename }),
          ...(kept === undefined ? {} : { planId: kept }),
        },
        fields: { ...ruleFields, name: '--rename', planId: '--plan' },
      });
      if (screen.json) return screen.value(changed);
      screen.line(`${screen.colors.green('Changed')} the VM group ${changed.name}.\n`);
      showVmGroup(screen, changed);
      screen.line(`\nSee what it matches: holdfast vm-group preview ${groupId}${tenantFlag(tenant)}`);
    });
};
