import type { PermissionsReport } from '../core/contracts/api.ts';
import type { Screen } from './screen.ts';
import { count } from './units.ts';

const OF_PROBES = { works: 'works', refused: 'is refused', 'nothing to probe': 'has nothing to be tried on' } as const;

export const showPermissions = (screen: Screen, report: PermissionsReport): void => {
  const { green, red, yellow, bold } = screen.colors;
  screen.table(
    ['action', 'for', 'role', 'allowed', 'found by'],
    report.checked.map(({ action, feature, role = '', allowed, foundBy }) => [
      action,
      feature,
      role,
      allowed ? green('yes') : red('no'),
      foundBy.join(', '),
    ]),
  );
  screen.line();
  for (const { what, outcome, detail } of report.probes) {
    const color = outcome === 'refused' ? red : outcome === 'works' ? green : yellow;
    screen.line(`${color(`Live probe: ${what} ${OF_PROBES[outcome]}.`)} ${detail}`);
  }
  for (const { action, feature, role } of report.unchecked ?? [])
    screen.line(
      `${yellow('Not known:')} ${bold(action)}, for ${feature}${role ? ` (${role})` : ''}: neither the simulator nor a dry run nor a live probe could tell.`,
    );
  if (report.complete) screen.line(green(`All ${count(report.checked.length, 'permission')} are there.`));
  for (const { action, role, without, statement } of report.missing) {
    screen.line(`${red('Missing:')} ${bold(action)}. ${without}`);
    screen.line(
      `Add this statement to the policy of ${role ?? 'the role or user'}:\n${JSON.stringify(statement, null, 2)}\n`,
    );
  }
};
