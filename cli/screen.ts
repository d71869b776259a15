/**
 * Where a command writes: results to stdout, live progress and errors to stderr. Plain unless a person looks on. What is
 * printed for people is made printable here; in JSON it is escaped.
 */
import Table from 'cli-table3';
import type { Command } from 'commander';
import pc from 'picocolors';
import type { CliError } from './cli-error.ts';
import { printable, printableJson } from './printable.ts';

export interface Screen {
  readonly json: boolean;
  /** A person watches: progress bars may be drawn. */
  readonly interactive: boolean;
  readonly colors: ReturnType<typeof pc.createColors>;
  line(text?: string): void;
  /** A line beside the result, to stderr. */
  note(text: string): void;
  /** The result for scripts; call it only if `json`. */
  value(value: unknown): void;
  /** Columns whose name starts with `>` are numbers, and end at the right; those that are empty in all rows are left out. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** Names and values of one thing, those without a value left out. */
  fields(fields: readonly (readonly [string, string | undefined])[]): void;
  error(error: CliError): void;
}

const BARE = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left'].map(
    (name) => [name, ''],
  ),
);
const NO_LINES = { ...BARE, 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' };

const render = (rows: readonly (readonly string[])[], right: readonly boolean[] = []): string => {
  const table = new Table({
    chars: NO_LINES,
    colAligns: right.map((each) => (each ? 'right' : 'left')),
    style: { 'padding-left': 0, 'padding-right': 3, head: [], border: [] },
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
};

const wantsColor = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

export const createScreen = ({ json }: { readonly json: boolean }): Screen => {
  const { stdout, stderr } = process;
  const [colored, errorColored] = [wantsColor(stdout), wantsColor(stderr)];
  const colors = pc.createColors(colored);
  const errorColors = pc.createColors(errorColored);
  const clean = (text: string): string => printable(text, { colored });
  const line = (text = ''): void => {
    stdout.write(`${clean(text)}\n`);
  };
  const note = (text: string): void => {
    stderr.write(`${printable(text, { colored: errorColored })}\n`);
  };
  return {
    json,
    interactive: stdout.isTTY === true && stderr.isTTY === true && process.env.TERM !== 'dumb',
    colors,
    line,
    note,
    value: (value) => {
      stdout.write(`${printableJson(value)}\n`);
    },
    table: (head, rows) => {
      const shown = head.map((_, column) => rows.length === 0 || rows.some((row) => row[column] !== ''));
      const keep = <T>(cells: readonly T[]): T[] => cells.filter((_, column) => shown[column]);
      const names = head.map((name) => colors.dim(name.replace(/^>/, '').toUpperCase()));
      line(
        render(
          [keep(names), ...rows.map((row) => keep(row).map(clean))],
          keep(head.map((name) => name.startsWith('>'))),
        ),
      );
    },
    fields: (fields) =>
      line(render(fields.flatMap(([name, value]) => (value === undefined ? [] : [[colors.dim(name), clean(value)]])))),
    error(error) {
      if (json) {
        const { name: code, message: detail, field, remedy } = error;
        stderr.write(`${printableJson(error.problem ?? { code, detail, field, remedy })}\n`);
        return;
      }
      note(`${errorColors.red(`Error: ${error.name}`)}\n  ${error.message}`);
      if (error.field) note(`  ${errorColors.dim('Field:')}      ${error.field}`);
      if (error.remedy) note(`  ${errorColors.dim('What to do:')} ${error.remedy}`);
    },
  };
};

export const screenOf = (command: Command): Screen =>
  createScreen({ json: command.optsWithGlobals<{ json?: boolean }>().json === true });
