import Box from '@cloudscape-design/components/box';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { bytes, count } from '../../../cli/units.ts';
import type { LibraryOutcome } from '../../../core/contracts/library-runs.ts';
import { texts } from '../../texts.ts';
import { Id } from '../id.tsx';
import { FoundByRun } from './found.tsx';

const words = texts.libraryRun;

type Outcome<Task extends LibraryOutcome['task']> = Extract<LibraryOutcome, { task: Task }>;
type Field = readonly [string, ReactNode];

const ratio = (of: number): string => `${of.toFixed(2)} : 1`;

/** Those that have a value. */
const Fields = ({ fields }: { readonly fields: readonly Field[] }) => (
  <KeyValuePairs
    columns={3}
    items={fields.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))}
  />
);

export const Stats = ({ stats }: { readonly stats: Outcome<'stats'> }) => (
  <Fields
    fields={[
      [words.stats.points, words.stats.volumes(stats.recoveryPoints, count(stats.volumes, 'volume'))],
      [words.stats.logical, `${bytes(stats.logicalBytes)}, ${words.stats.notZero(bytes(stats.dataBytes))}`],
      [words.stats.unique, bytes(stats.uniqueBytes)],
      [words.stats.dedup, ratio(stats.dedupRatio)],
      [words.stats.stored, bytes(stats.storedBytes)],
      [words.stats.compression, ratio(stats.compressionRatio)],
      [words.stats.packs, `${stats.packs}, ${words.stats.inUse(`${Math.round(stats.livePackShare * 100)} %`)}`],
      [words.stats.reclaimable, bytes(stats.reclaimableBytes)],
      [words.stats.lost, stats.lostBlocks === 0 ? words.stats.noneLost : stats.lostBlocks],
    ]}
  />
);

const Pruned = ({ outcome: { plan, deleted }, planOnly }: { outcome: Outcome<'prune'>; planOnly: boolean }) => {
  const { pruned } = words;
  if (!plan && !deleted) return <Box>{pruned.nothing}</Box>;
  const fields: readonly Field[] = [
    ...(plan
      ? ([
          [planOnly ? pruned.wouldFree : pruned.toFree, bytes(plan.bytesGivenBack)],
          [pruned.expired, plan.expiredPoints],
          [pruned.leftovers, plan.unfinishedPoints],
          [pruned.toDelete, plan.packsToDelete],
          [pruned.toRewrite, `${plan.packsToRewrite} (${bytes(plan.bytesToRewrite)})`],
          [pruned.stay, plan.recoveryPointsLeft],
        ] as const)
      : []),
    ...(deleted
      ? ([
          [pruned.freed, bytes(deleted.bytes)],
          [pruned.objects, deleted.objects],
          [pruned.points, deleted.recoveryPoints],
          [pruned.retained, deleted.retained === 0 ? undefined : count(deleted.retained, 'object')],
        ] as const)
      : []),
  ];
  return <Fields fields={fields} />;
};

const Checked = ({ outcome }: { readonly outcome: Outcome<'check'> }) => (
  <SpaceBetween size="l">
    <Fields
      fields={[
        [words.check.points, outcome.recoveryPoints],
        [words.check.packs, outcome.packs],
        [words.check.read, `${count(outcome.packsRead, 'pack')}, ${bytes(outcome.bytesRead)}`],
      ]}
    />
    <FoundByRun found={outcome} />
  </SpaceBetween>
);

const Repaired = ({ outcome }: { readonly outcome: Outcome<'repair'> }) => (
  <SpaceBetween size="l">
    <Fields
      fields={[
        [words.repaired.before, count(outcome.findingsBefore, 'object')],
        [words.repaired.indexed, outcome.indexedPacks],
        [words.repaired.saved, outcome.salvagedBlocks],
        [words.repaired.dropped, outcome.droppedPacks],
        [words.repaired.removed, outcome.removedObjects],
        [words.repaired.putBack, outcome.putBackObjects || undefined],
      ]}
    />
    <Box variant="h3">{words.repaired.still}</Box>
    <FoundByRun found={outcome} />
  </SpaceBetween>
);

const Extended = ({ outcome }: { readonly outcome: Outcome<'extend-locks'> }) => (
  <SpaceBetween size="l">
    <Fields
      fields={[
        [words.extended.points, outcome.recoveryPoints],
        [words.extended.objects, words.extended.of(outcome.packs, outcome.pages, outcome.others)],
      ]}
    />
    {outcome.damagedInAll > 0 ? (
      <Table
        variant="embedded"
        wrapLines
        header={<Box variant="h3">{words.extended.damaged}</Box>}
        items={outcome.damaged}
        trackBy="recoveryPointId"
        columnDefinitions={[
          {
            id: 'point',
            header: words.lost.point,
            isRowHeader: true,
            cell: ({ recoveryPointId }) => <Id>{recoveryPointId}</Id>,
          },
          { id: 'problem', header: words.findings.problem, cell: ({ problem }) => problem },
        ]}
      />
    ) : null}
  </SpaceBetween>
);

/** In words, by task. */
export const Outcome = ({ outcome, planOnly }: { readonly outcome: LibraryOutcome; readonly planOnly: boolean }) => {
  switch (outcome.task) {
    case 'check':
      return <Checked outcome={outcome} />;
    case 'stats':
      return <Stats stats={outcome} />;
    case 'repair':
      return <Repaired outcome={outcome} />;
    case 'prune':
      return <Pruned outcome={outcome} planOnly={planOnly} />;
    case 'extend-locks':
      return <Extended outcome={outcome} />;
    case 'rotate-key':
      return <Fields fields={[[words.rotated.key, words.rotated.number(outcome.keyNumber)]]} />;
  }
};
