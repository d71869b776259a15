import Box from '@cloudscape-design/components/box';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { bytes } from '../../../cli/units.ts';
import { BLOCK_BYTES } from '../../../core/contracts/ids.ts';
import type { LibraryOutcome, LostBlocks } from '../../../core/contracts/library-runs.ts';
import { texts } from '../../texts.ts';
import { Id } from '../id.tsx';

const words = texts.libraryRun;

type Found = Extract<LibraryOutcome, { task: 'check' | 'repair' }>;

const whichBlocks = ({ ranges, moreRanges }: LostBlocks): string =>
  `${ranges.map(([from, to]) => (to === from + 1 ? `${from}` : `${from}–${to - 1}`)).join(', ')}${moreRanges ? ', …' : ''}`;

const More = ({ all, shown }: { readonly all: number; readonly shown: number }) =>
  all > shown ? <Box color="text-body-secondary">{words.notShown(all - shown)}</Box> : null;

/** What a check has found, or a repair has left; and what recovery points lose by it. */
export const FoundByRun = ({ found: { findings, findingsInAll, lost, lostInAll } }: { readonly found: Found }) => {
  if (findingsInAll === 0) return <StatusIndicator type="success">{words.right}</StatusIndicator>;
  return (
    <SpaceBetween size="m">
      <StatusIndicator type="error">{words.wrong(findingsInAll)}</StatusIndicator>
      <Table
        variant="embedded"
        wrapLines
        items={findings}
        trackBy="key"
        columnDefinitions={[
          { id: 'object', header: words.findings.object, isRowHeader: true, cell: ({ key }) => key },
          { id: 'damage', header: words.findings.damage, cell: ({ damage }) => damage },
          { id: 'blocks', header: words.findings.blocks, cell: ({ lostBlocks }) => lostBlocks },
          { id: 'problem', header: words.findings.problem, cell: ({ problem }) => problem },
        ]}
      />
      <More all={findingsInAll} shown={findings.length} />
      {lostInAll === 0 ? (
        <StatusIndicator type="success">{words.noLoss}</StatusIndicator>
      ) : (
        <>
          <StatusIndicator type="error">{words.losses}</StatusIndicator>
          <Table
            variant="embedded"
            wrapLines
            items={lost}
            columnDefinitions={[
              {
                id: 'point',
                header: words.lost.point,
                isRowHeader: true,
                cell: ({ recoveryPointId }) => <Id>{recoveryPointId}</Id>,
              },
              {
                id: 'volume',
                header: words.lost.volume,
                cell: ({ volumeId }) => <Id>{volumeId ?? words.wholeOfIt}</Id>,
              },
              { id: 'blocks', header: words.lost.blocks, cell: ({ blocks }) => blocks },
              {
                id: 'bytes',
                header: words.lost.bytes,
                cell: ({ volumeId, blocks }) => (
                  <Id>{volumeId === undefined ? texts.none : bytes(blocks * BLOCK_BYTES)}</Id>
                ),
              },
              { id: 'which', header: words.lost.which, cell: whichBlocks },
            ]}
          />
          <More all={lostInAll} shown={lost.length} />
          <Box>{words.lossesText}</Box>
        </>
      )}
    </SpaceBetween>
  );
};
