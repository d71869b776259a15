/** `holdfast completion bash`, and the hidden `holdfast complete -- …` that the shell then asks at each Tab. */
import type { Command as Known } from '@bomb.sh/tab';
import { Argument, type Command } from 'commander';
import { addVerbs } from './commands.ts';

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

/** Tells tab what a command takes. */
const describe = (known: Known, command: Command): void => {
  const help = command.createHelp();
  const choicesOf =
    ({ argChoices = [] }: { argChoices?: readonly string[] }) =>
    (complete: (value: string, description: string) => void): void => {
      for (const choice of argChoices) complete(choice, '');
    };
  // global options may stand anywhere
  for (const option of [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)]) {
    const { long, short, description } = option;
    if (long === undefined) continue;
    const [name, alias] = [long.slice(2), short?.slice(1)];
    if (option.isBoolean()) known.option(name, description, alias);
    else known.option(name, description, choicesOf(option), alias);
  }
  for (const argument of command.registeredArguments)
    known.argument(argument.name(), choicesOf(argument), argument.variadic);
};

/** `words` follow the command's own name; the last one is being typed. Prints what it may become. */
const complete = async (program: Command, words: string[]): Promise<void> => {
  const { default: known } = await import('@bomb.sh/tab');
  describe(known, program);
  const help = program.createHelp();
  for (const command of help.visibleCommands(program)) {
    if (words.includes(command.name())) await addVerbs(command);
    describe(known.command(command.name(), command.description()), command);
    for (const each of help.visibleCommands(command))
      describe(known.command(`${command.name()} ${each.name()}`, each.description()), each);
  }
  known.parse(words);
};

export const addCompletion = (program: Command): void => {
  program
    .command('completion')
    .description('print what makes your shell complete holdfast’s commands and options')
    .addArgument(new Argument('<shell>', 'the one that you use').choices(['bash', 'zsh', 'fish', 'powershell']))
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast completion bash >> ~/.bashrc
  $ holdfast completion zsh > "\${fpath[1]}/_holdfast"
  $ holdfast completion fish > ~/.config/fish/completions/holdfast.fish`,
    )
    .action(async (shell: string) => {
      if (shell === 'bash') process.stdout.write(`${BASH}\n`);
      else (await import('@bomb.sh/tab')).script(shell, NAME, NAME);
    });
  program
    .command('complete', { hidden: true })
    .argument('[words...]')
    .action((words: string[]) => complete(program, words));
};
