import type { Command } from 'commander';
import { operatorRoutes } from '../core/contracts/api.ts';
import type { ReaperPlanView, ReaperResult } from '../core/contracts/reaper.ts';
import { CliError } from './cli-error.ts';
import { confirm } from './confirm.ts';
import { openContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { showReaper } from './show-reaper.ts';
import { count } from './units.ts';

interface Options {
  readonly yes?: boolean;
  readonly tenant?: string;
}

/** Tenants that there was no time to begin with: a place of theirs that could not be looked at has another name. */
const notReached = ({ notLookedAt }: ReaperPlanView): readonly string[] =>
  notLookedAt.flatMap(({ place, tenantId }) => (tenantId === place ? [tenantId] : []));

const together = ([first, ...others]: readonly ReaperPlanView[]): Omit<ReaperPlanView, 'token'> => {
  const plans = first ? [{ ...first, notLookedAt: first.notLookedAt.filter(isLookedAtIn(others)) }, ...others] : others;
  const more = plans.reduce((sum, plan) => sum + (plan.more ?? 0), 0);
  return {
    findings: plans.flatMap(({ findings }) => findings),
    ...(more > 0 ? { more } : {}),
    due: plans.reduce((sum, { due }) => sum + due, 0),
    notLookedAt: plans.flatMap(({ notLookedAt }) => notLookedAt),
  };
};

const isLookedAtIn =
  (others: readonly unknown[]) =>
  ({ place, tenantId }: ReaperPlanView['notLookedAt'][number]): boolean =>
    others.length === 0 || tenantId !== place;

const sumOf = (outcomes: readonly ReaperResult[]): ReaperResult => {
  const sum = (of: (outcome: ReaperResult) => number): number => outcomes.reduce((all, each) => all + of(each), 0);
  const begun = sum((each) => each.begun ?? 0);
  return {
    removed: sum(({ removed }) => removed),
    ...(begun > 0 ? { begun } : {}),
    failed: sum(({ failed }) => failed),
    open: sum(({ open }) => open),
    left: sum(({ left }) => left),
    problems: outcomes.flatMap(({ problems }) => problems),
  };
};

export const addReaperRun = (group: Command): void => {
  group
    .command('run')
    .description('remove what is ours, finished and past its grace, after showing it')
    .option('--tenant <id>', 'only this tenant hypervisor: its records and its account')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
What is removed is what was shown: if it has changed in between, nothing is removed.

Example:
  $ holdfast reaper run --tenant hv-0199… --yes`,
    )
    .action(async ({ yes, tenant }: Options, command: Command) => {
      const { api, screen } = openContext(command);
      const named = tenant === undefined ? {} : { tenantId: tenant };
      const all = await api.call(operatorRoutes.planReaper, { query: named });
      const plans = [{ named, plan: all }];
      // One answer has time for a few tenants: the others are asked for one by one.
      for (const tenantId of tenant === undefined ? notReached(all) : [])
        plans.push({ named: { tenantId }, plan: await api.call(operatorRoutes.planReaper, { query: { tenantId } }) });
      const plan = together(plans.map((each) => each.plan));
      if (!screen.json) showReaper(screen, plan);
      const otherwise = {
        why: 'What is removed does not come back.',
        remedy: 'Look at "holdfast reaper plan", then add --yes.',
      };
      const things = count(plan.due, 'thing');
      if (!yes && plan.due > 0 && !(await confirm(screen, `Remove ${things}?`, otherwise)))
        return screen.line('Nothing was removed.');
      const outcomes: ReaperResult[] = [];
      for (const { named, plan } of plans)
        outcomes.push(await api.call(operatorRoutes.runReaper, { body: { ...named, token: plan.token } }));
      const outcome = sumOf(outcomes);
      const { removed, begun = 0, failed, left, problems } = outcome;
      if (screen.json) screen.value(outcome);
      else {
        screen.line(`\n${screen.colors.green('Removed')} ${count(removed, 'thing')}.`);
        if (begun > 0) screen.line(`Started ${count(begun, 'cleanup')}.`);
        if (failed > 0) screen.line(`${screen.colors.red('Not removed:')} ${failed}. Why: holdfast reaper plan`);
        if (left > 0) screen.line(`There was no time for ${count(left, 'tenant')}: run it again.`);
        for (const problem of problems) screen.line(`${screen.colors.red('Problem:')} ${problem}`);
      }
      if (failed + left + problems.length > 0) throw new CliError('Incomplete', '', { exitCode: EXIT.incomplete });
    });
};
