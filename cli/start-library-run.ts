import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { CheckDepth, type StartLibraryRun } from '../core/contracts/library-runs.ts';
import { idempotencyOption, onNamedTenant, openContext } from './context.ts';
import { followLibraryRun } from './follow-library-run.ts';
import { taskWords } from './library-run-words.ts';

export interface StartOptions {
  readonly service?: string;
  readonly depth?: CheckDepth;
  readonly dryRun?: boolean;
  readonly acceptDamage?: boolean;
  readonly wait?: boolean;
}

/** What all commands that start a library run take. */
export const withStartOptions = (command: Command): Command =>
  command
    .argument('<tenant>', 'the tenant hypervisor')
    .option('--service <hypervisor id>', 'whose library, if not of the service hypervisor that it is bound to now')
    .option('--wait', 'until it has ended, with its progress')
    .addOption(idempotencyOption());

export const depthOption = (help: string, choices: readonly CheckDepth[] = CheckDepth.options): Option =>
  new Option('--depth <depth>', help).choices([...choices]);

export const startLibraryRun = async (
  command: Command,
  tenant: string,
  task: StartLibraryRun['task'],
  { service, depth, dryRun, acceptDamage, wait }: StartOptions,
): Promise<void> => {
  const context = openContext(command);
  const { api, screen } = context;
  const { route, params } = onNamedTenant('startLibraryRun', tenant);
  const body: z.input<typeof StartLibraryRun> = {
    task,
    ...(depth === undefined ? {} : { depth }),
    ...(dryRun ? { planOnly: true } : {}),
    ...(acceptDamage ? { acceptDamage: true } : {}),
    ...(service === undefined ? {} : { serviceId: service }),
  };
  const run = await api.call(route, { params, body });
  const { runId } = run;
  if (wait) {
    if (!screen.json) screen.note(`${taskWords(run)}: ${runId}`);
    return followLibraryRun(context, { tenant, runId });
  }
  if (screen.json) return screen.value(run);
  screen.line(`${screen.colors.green(`Started, ${taskWords(run)}:`)} ${runId}`);
  screen.line(`Follow it: holdfast library run ${runId} --tenant ${tenant} --wait`);
};
