import type { Command, Option } from 'commander';

/** A line for a shell as the words of its commands: comments are gone, quotes are taken off. */
export const shellCommands = (line: string): readonly (readonly string[])[] => {
  const commands: string[][] = [[]];
  const tokens = line.matchAll(/(?<space>\s+)|(?<end>&&|\|\||[|;])|(?<word>(?:'[^']*'|"[^"]*"|\\.|[^\s|;&'"\\])+)|./gu);
  for (const { groups } of tokens) {
    if (groups?.end) commands.push([]);
    if (!groups?.word) continue;
    if (groups.word.startsWith('#')) break;
    commands.at(-1)?.push(groups.word.replaceAll(/['"\\]/g, ''));
  }
  return commands.filter(({ length }) => length > 0);
};

/** What follows `holdfast` in a command, however it was called; undefined if it is another program's. */
export const holdfastWords = (words: readonly string[]): readonly string[] | undefined => {
  const bare = words.filter((word) => !/^[A-Z_]+=/.test(word));
  const from = bare[0] === '$' ? 1 : 0;
  if (bare[from] === 'holdfast') return bare.slice(from + 1);
  const called = bare
    .slice(from)
    .join(' ')
    .match(/^npm run (?:-s )?holdfast --(?: |$)/);
  return called ? bare.slice(from + called[0].trim().split(' ').length) : undefined;
};

/** Where the output goes is the shell's. */
const withoutRedirection = (words: readonly string[]): readonly string[] => {
  const at = words.findIndex((word) => /^\d?[<>]/.test(word));
  return at < 0 ? words : words.slice(0, at);
};

/** A word that stands for any others. */
const ELLIPSIS = '…';

interface Looked {
  readonly command: Command;
  /** Longer than the command's names: its options and arguments. */
  readonly rest: readonly string[];
}

/** The command that words name. A global option may stand before it. */
const commandOf = (program: Command, words: readonly string[]): Looked => {
  const word = words[0];
  const child = program.commands.find((each) => each.name() === word);
  return child ? commandOf(child, words.slice(1)) : { command: program, rest: words };
};

const optionsOf = (command: Command): readonly Option[] => [
  ...command.options,
  ...(command.parent ? optionsOf(command.parent) : []),
];

/**
 * What is wrong with a command as a page prints it, or nothing: a command that does not exist, an option that it does not
 * have, an option without its value or with one too many, a value that is none of its choices, too many or too few
 * arguments. `sketch`: only part of the command is printed, so that nothing counts as missing.
 */
export const problemsOf = (program: Command, printed: readonly string[], sketch = false): readonly string[] => {
  // what stands in brackets may be left out
  const words = withoutRedirection(printed.map((word) => word.replaceAll(/[[\]]/g, '')));
  const { command, rest } = commandOf(program, words);
  const called = words.slice(0, words.length - rest.length).join(' ');
  const problems: string[] = [];
  const given: Option[] = [];
  const values: string[] = [];
  const open = sketch || rest.includes(ELLIPSIS);
  const queue = [...rest];
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    if (word === ELLIPSIS) continue;
    if (!/^--?[a-z]/i.test(word)) {
      values.push(word);
      continue;
    }
    const [flag, inside] = word.split('=', 2);
    if (flag === '--help' || flag === '-h') return problems;
    const option = optionsOf(command).find(({ long, short }) => long === flag || short === flag);
    if (!option) {
      problems.push(`${called} has no option ${flag}`);
      continue;
    }
    given.push(option);
    if (!option.required && !option.optional) continue;
    const follows = queue[0] !== undefined && !/^--?[a-z]/i.test(queue[0]) ? queue.shift() : undefined;
    const value = inside ?? follows;
    if (value === undefined && option.required && !open) problems.push(`${called}: ${flag} lacks its value`);
    if (option.variadic) while (queue[0] !== undefined && !queue[0].startsWith('-')) queue.shift();
    if (value && option.argChoices && !value.includes(ELLIPSIS) && !option.argChoices.includes(value))
      problems.push(`${called}: ${flag} is one of ${option.argChoices.join(', ')}, not ${value}`);
  }
  return [...problems, ...problemsOfArguments(command, called, values, open), ...missing(command, called, given, open)];
};

const problemsOfArguments = (
  command: Command,
  called: string,
  values: readonly string[],
  open: boolean,
): readonly string[] => {
  if (command.commands.length > 0)
    return values[0] === undefined && open
      ? []
      : [`there is no command holdfast ${[called, ...values].join(' ').trim()}`];
  const expected = command.registeredArguments;
  const most = expected.at(-1)?.variadic ? Number.POSITIVE_INFINITY : expected.length;
  if (values.length > most) return [`${called} takes ${most} arguments, not ${values.join(' ')}`];
  const least = expected.filter(({ required }) => required).length;
  if (values.length < least && !open) return [`${called} lacks ${expected[values.length]?.name()}`];
  return expected.flatMap(({ argChoices }, index) => {
    const value = values[index];
    return value && argChoices && !value.includes(ELLIPSIS) && !argChoices.includes(value)
      ? [`${called} takes ${argChoices.join(', ')}, not ${value}`]
      : [];
  });
};

const missing = (command: Command, called: string, given: readonly Option[], open: boolean): readonly string[] =>
  open
    ? []
    : command.options
        .filter((option) => option.mandatory && option.defaultValue === undefined && !given.includes(option))
        .map(({ long }) => `${called} lacks ${long}`);
