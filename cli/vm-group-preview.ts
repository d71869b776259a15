import type { Command } from 'commander';
import { usageError } from './cli-error.ts';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { showMatches } from './show-vm-group.ts';
import { neededRules, type RuleOptions, ruleFields, rulesOf, withRules } from './vm-group-rules.ts';

interface Options extends RuleOptions {
  readonly tenant?: string;
}

export const addVmGroupPreview = (group: Command): void => {
  withRules(group.command('preview'))
    .description('show what a VM group, or rules that are none yet, match at this moment')
    .argument('[VM group]', 'its id; without one, give rules')
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast vm-group preview vmg-0199…
  $ holdfast vm-group preview --tag app=web --exclude-volume-tag scratch`,
    )
    .action(async (groupId: string | undefined, options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const preview = async () => {
        if (groupId === undefined) {
          const { route, params } = onTenant('previewRules', options.tenant);
          return api.call(route, { params, body: await neededRules(options), fields: ruleFields });
        }
        if (Object.keys(await rulesOf(options)).length > 0) {
          throw usageError('A VM group has its own rules.', {
            field: '<VM group>',
            remedy: 'Give either its id or rules. To change it: holdfast vm-group change.',
          });
        }
        const { route, params } = onTenant('previewVmGroup', options.tenant);
        return api.call(route, { params: { ...params, groupId } });
      };
      const matches = await preview();
      if (screen.json) screen.value(matches);
      else showMatches(screen, matches);
    });
};
