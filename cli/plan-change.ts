import { type Command, Option } from 'commander';
import type { PlanView } from '../core/contracts/plans.ts';
import { usageError } from './cli-error.ts';
import { onTenant, openContext, TENANT_OPTION } from './context.ts';
import { type PlanOptions, planFieldNames, planFieldsOf, withPlanFields } from './plan-fields.ts';
import { showPlan } from './show-plan.ts';

interface Options extends PlanOptions {
  readonly rename?: string;
}

/** What can be set, of a plan as it is. */
const fieldsOf = (plan: PlanView) => {
  const { planId: _, hypervisorId: __, createdAt: ___, updatedAt: ____, nextRunAt: _____, ...fields } = plan;
  const { lastRunAt: ______, ...own } = fields;
  return own;
};

export const addPlanChange = (group: Command): void => {
  withPlanFields(group.command('change'))
    .description('change a plan: what is not named stays as it is; its schedules follow')
    .argument('<plan>', 'its id')
    .option('--rename <name>', 'call it so')
    .addOption(new Option('--unpause', 'let the schedule go on').conflicts('pause'))
    .option('--no-schedule', 'on demand only')
    .option('--no-copy-to-region', 'copy snapshots to no other region')
    .option('--no-deadline', 'stop jobs after five days only')
    .option('--keep-forever', 'keep recovery points in the library until they are removed by hand')
    .option('--keep-snapshots-alike', 'keep snapshots as long as recovery points in the library')
    .option(...TENANT_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast plan change plan-0199… --keep-days 60
  $ holdfast plan change plan-0199… --pause`,
    )
    .action(async (planId: string, options: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const { tenant, rename, ...changes } = options;
      if (rename === undefined && Object.values(changes).every((value) => value === undefined))
        throw usageError('Nothing to change was named.', { remedy: 'Name it: holdfast plan change --help' });
      const get = onTenant('getPlan', tenant);
      const read = await api.call(get.route, { params: { ...get.params, planId } });
      const before = fieldsOf(read);
      const { route, params } = onTenant('replacePlan', tenant);
      const plan = await api.call(route, {
        params: { ...params, planId },
        query: { ifUpdatedAt: read.updatedAt },
        body: { name: rename ?? before.name, ...planFieldsOf(options, before) },
        fields: { ...planFieldNames, name: '--rename' },
      });
      if (screen.json) return screen.value(plan);
      screen.line(`${screen.colors.green('Changed')} the plan ${plan.name}.\n`);
      showPlan(screen, plan);
    });
};
