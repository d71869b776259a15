import type { Command } from 'commander';

/** `  $ holdfast …` in a help, with the lines that it goes on in. */
const FIRST_EXAMPLE = /^ {2}\$ holdfast .*(?:(?<=\\)\n.*)*/m;

const helpOf = (command: Command): string => {
  const own = command.configureOutput();
  let text = '';
  command.configureOutput({
    writeOut: (more) => {
      text += more;
    },
  });
  command.outputHelp();
  command.configureOutput(own);
  return text;
};

/** For a group's help: the first example of each of its commands, from their own helps. */
export const groupExamples = (group: Command): string => {
  const examples = group.commands.flatMap((command) => FIRST_EXAMPLE.exec(helpOf(command))?.[0] ?? []);
  return `\nExample${examples.length === 1 ? '' : 's'}:\n${examples.join('\n')}`;
};
