/** `holdfast completion bash`, and the hidden `holdfast complete -- …` that the shell then asks at each Tab. */
import { script } from '@bomb.sh/tab';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';

const NAME = 'holdfast';

/** Ours, because tab's own calls functions of the bash-completion package, which is not there on macOS. */
const BASH = `# bash completion for ${NAME}
_${NAME}() {
  local line value
  COMPREPLY=()
  while IFS= read -r line; do
    value=\${line%%$'\\t'*}
    [[ $line == :* || $value != "$2"* ]] || COMPREPLY+=("$(printf %q "$value")")
  done < <(${NAME} complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o bashdefault -o default -F _${NAME} ${NAME}`;

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
    .action((shell: string) => {
      if (shell === 'bash') process.stdout.write(`${BASH}\n`);
      else script(shell, NAME, NAME);
    })
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast completion bash >> ~/.bashrc
  $ holdfast completion zsh > "\${fpath[1]}/_holdfast"
  $ holdfast completion fish > ~/.config/fish/completions/holdfast.fish`,
    );
};
