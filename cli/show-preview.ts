/** What a restore would do: the answer to --dry-run. */
import type { RestorePreview } from '../core/contracts/api.ts';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';
import type { Screen } from './screen.ts';
import { bytes, count } from './units.ts';

const paintOutcome = ({ colors }: Screen, outcome: RestorePreview['rules'][number]['outcome']): string => {
  if (outcome === 'not checked') return colors.yellow(outcome);
  return outcome === 'allowed' ? colors.green(outcome) : colors.red(outcome);
};

const showList = (screen: Screen, title: string, lines: readonly string[]): void => {
  if (lines.length === 0) return;
  screen.line(`\n${screen.colors.bold(title)}`);
  for (const line of lines) screen.line(`  ${line}`);
};

/** Ends with a CliError without a message, for the exit code, if the restore would be refused. */
export const showPreview = (screen: Screen, preview: RestorePreview): void => {
  if (screen.json) screen.value(preview);
  else {
    const { green, red } = screen.colors;
    screen.line(preview.allowed ? green('This restore can be started.') : red('This restore would be refused.'));
    screen.line();
    screen.fields([
      ['Recovery point', preview.recoveryPointId],
      ['Data from', preview.from === 'library' ? 'the library' : 'its snapshots'],
      ['Why from there', preview.fromReason],
      ['Size', bytes(preview.sizeBytes)],
      ['Data', bytes(preview.dataBytes)],
    ]);
    showList(screen, 'Would be made', preview.creates);
    showList(screen, 'Would be replaced', preview.replaces);
    showList(screen, 'Would be left out', [
      ...preview.leavesOut,
      ...(preview.volumeTagsLeftOut > 0
        ? [`${count(preview.volumeTagsLeftOut, 'volume tag')}; --volume-tags restore brings them back`]
        : []),
      ...(preview.awsTagsLeftOut > 0
        ? [`${count(preview.awsTagsLeftOut, 'aws: tag')}: nobody but AWS can set those`]
        : []),
    ]);
    screen.line(`\n${screen.colors.bold('Rules that were asked')}`);
    screen.table(
      ['rule', 'outcome', 'why'],
      preview.rules.map(({ rule, outcome, reason }) => [rule, paintOutcome(screen, outcome), reason]),
    );
    screen.line('\nNothing was done.');
  }
  if (!preview.allowed) throw new CliError('RestoreRefused', '', { exitCode: EXIT.refused });
};
