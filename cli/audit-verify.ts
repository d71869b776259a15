import { type Command, InvalidArgumentError, Option } from 'commander';
import { sha256 } from '../adapters/system.ts';
import type { AuditAnchor } from '../core/contracts/audit.ts';
import { anchorOf, type BrokenChain, createChainCheck, readAnchor, writtenAnchor } from '../core/domain/audit-chain.ts';
import { CliError } from './cli-error.ts';
import { openContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { allAnchors, allEntries, anchorsInFile, entriesInFile, entryCount } from './read-audit.ts';
import type { Screen } from './screen.ts';
import { screenOf } from './screen.ts';
import { count, time } from './units.ts';

interface Options {
  readonly head?: readonly AuditAnchor[];
  readonly partial?: boolean;
}

const headOption = (text: string, before: readonly AuditAnchor[] = []): readonly AuditAnchor[] => {
  const anchor = readAnchor(text);
  if (anchor) return [...before, anchor];
  throw new InvalidArgumentError('It must be a head as verify and export print it: <number>:<64 hex digits>.');
};

export const addAuditVerify = (group: Command): void => {
  group
    .command('verify')
    .description('operators: is the audit log whole? Names the first entry that was changed, moved, added or taken out')
    .argument('[file]', 'an export; it is checked without the API (default: the log itself)')
    .addOption(
      new Option(
        '--head <number:hash>',
        'a head that you kept: is what it names still there? Can be given again',
      ).argParser(headOption),
    )
    .option('--partial', 'of an export that does not begin with the first entry')
    .addHelpText(
      'after',
      `
Whether the newest entries are gone shows only by what was kept outside of the log: its anchors, and a head that you kept.

Examples:
  $ holdfast audit verify
  $ holdfast audit verify audit.ndjson --head 4711:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`,
    )
    .action(async (file: string | undefined, { head = [], partial }: Options, command: Command) => {
      const screen = screenOf(command);
      const source =
        file === undefined ? theLog(command) : { anchors: () => anchorsInFile(file), entries: entriesInFile(file) };
      const anchors = [...head, ...(await source.anchors())];
      const check = createChainCheck(sha256, anchors, { fromTheStart: partial !== true });
      let broken: BrokenChain | undefined;
      let entries = 0;
      const newest = Math.max(0, ...anchors.map(({ seq }) => seq));
      let unanchored: string | undefined;
      for await (const entry of source.entries) {
        broken = check.add(entry);
        if (broken) break;
        entries += 1;
        if (check.last && check.last.seq > newest) unanchored ??= check.last.at;
      }
      broken ??= check.end();
      if (broken) return tellBroken(screen, broken);
      tellWhole(screen, { entries, anchors: anchors.length, first: check.first, last: check.last });
      if (file === undefined && unanchored !== undefined) warnOfAnchors(screen, unanchored);
    });
};

const theLog = (command: Command) => {
  const { api } = openContext(command);
  return { anchors: () => allAnchors(api), entries: allEntries(api) };
};

/** The tick keeps one an hour: without it whoever can change the log can do so unseen. */
const ANCHORED_WITHIN_MS = 2 * 3_600_000;

const warnOfAnchors = (screen: Screen, since: string): void => {
  if (Date.now() - Date.parse(since) <= ANCHORED_WITHIN_MS) return;
  screen.note(
    `No anchor has been kept of what was written since ${time(since)}, and one is due each hour: look whether the function tick runs.`,
  );
};

interface Whole {
  readonly entries: number;
  readonly anchors: number;
  readonly first: ReturnType<typeof createChainCheck>['first'];
  readonly last: ReturnType<typeof createChainCheck>['last'];
}

const tellWhole = (screen: Screen, { entries, anchors, first, last }: Whole): void => {
  if (screen.json) {
    const ends = first && last ? { first: anchorOf(first), head: anchorOf(last) } : {};
    screen.value({ whole: true, entries, anchors, ...ends });
    return;
  }
  if (!first || !last) {
    screen.line('The audit log is empty.');
    return;
  }
  screen.line(screen.colors.green(`Whole: ${entryCount(entries)}, and ${count(anchors, 'anchor')} that fit.`));
  screen.line(`Entry ${first.seq} of ${time(first.at)} to entry ${last.seq} of ${time(last.at)}.`);
  screen.line(`Head: ${writtenAnchor(anchorOf(last))}`);
};

const tellBroken = (screen: Screen, { seq, problem }: BrokenChain): never => {
  if (screen.json) screen.value({ whole: false, seq, problem });
  throw new CliError('AuditLogBroken', screen.json ? '' : `Entry ${seq}: ${problem}.`, {
    exitCode: EXIT.incomplete,
    remedy: 'Everything before this entry fits. Compare with an earlier export, or the table’s point-in-time recovery.',
  });
};
