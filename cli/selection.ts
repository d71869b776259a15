/** Which instances a job is about: by id, by VM group, or all that a plan protects. */
import type { Command } from 'commander';
import { given, repeatable } from './options.ts';

export interface SelectionOptions {
  readonly group?: readonly string[];
  readonly plan?: string;
}

export const withSelection = (command: Command): Command =>
  command
    .argument('[instances...]', 'EC2 instance ids')
    .addOption(repeatable('--group <id>', 'a VM group (repeatable)'))
    .option('--plan <id>', 'all that this plan protects, and as the plan says');

export const selectionFields = { instanceIds: '<instances>', groupIds: '--group', planId: '--plan' } as const;

export const selectionOf = (instances: readonly string[], { group, plan }: SelectionOptions) => ({
  instanceIds: instances.flatMap((text) => text.split(',')).filter((id) => id !== ''),
  ...given({ groupIds: group && [...group], planId: plan }),
});
