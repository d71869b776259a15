import type { Command } from 'commander';
import type { HealthFact } from '../core/contracts/health.ts';
import type { Screen } from './screen.ts';

/** A command without a verb. What it needs is loaded when it is called: this file is loaded with every command. */
export const addHealth = (program: Command): void => {
  program
    .command('health')
    .description('operators: how the deployment is, fact by fact')
    .addHelpText(
      'after',
      `
Ends with 1 if a fact is bad. The same facts are metrics in CloudWatch, under the names that --json shows.

Example:
  $ holdfast health || echo somebody has to look`,
    )
    .action(async (_: object, command: Command) => {
      const { operatorRoutes } = await import('../core/contracts/api.ts');
      const { openContext } = await import('./context.ts');
      const { CliError } = await import('./cli-error.ts');
      const { EXIT } = await import('./exit-codes.ts');
      const { api, screen } = openContext(command);
      const health = await api.call(operatorRoutes.getHealth);
      if (screen.json) screen.value(health);
      else {
        screen.table(
          ['', 'fact', 'says'],
          health.facts.map((fact) => [paint(screen, fact.level), fact.name, fact.says]),
        );
        for (const fact of health.facts.filter(({ about }) => about.length > 0)) showAbout(screen, fact);
      }
      if (health.level === 'bad') throw new CliError('Bad', '', { exitCode: EXIT.incomplete });
    });
};

const paint = ({ colors }: Screen, level: HealthFact['level']): string => {
  if (level === 'ok') return colors.green(level);
  return level === 'warn' ? colors.yellow(level) : colors.red(level);
};

const showAbout = (screen: Screen, { name, about, more }: HealthFact): void => {
  screen.line();
  screen.line(screen.colors.dim(name));
  for (const line of about) screen.line(`  ${line}`);
  if (more) screen.line(`  and ${more} more`);
};
