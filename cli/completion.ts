/** `holdfast completion bash`, and the hidden `holdfast complete -- …` that the shell then asks at each Tab. */
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

/** To be added last: it reads what commands there are. */
export const addCompletion = (program: Command): void => {
  const known = tab(program, { completionCommandName: 'completion' });
  // global options may stand anywhere, but commander lists them with the program only
  for (const command of known.commands.values()) {
    command.option('json', 'answers as JSON, for scripts');
    command.option('api-url', 'the Holdfast API', () => {});
  }
  program.commands
    .find((command) => command.name() === 'completion')
    ?.description('print what makes your shell complete holdfast’s commands and options')
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast completion bash >> ~/.bashrc
  $ holdfast completion zsh > "\${fpath[1]}/_holdfast"
  $ holdfast completion fish > ~/.config/fish/completions/holdfast.fish`,
    );
};
