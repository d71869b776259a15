import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useState } from 'react';
import { fractionOf, progressWords, waitWords } from '../../cli/job-words.ts';
import { bytes } from '../../cli/units.ts';
import type { JobInstanceView, JobView, JobVolumeView } from '../../core/contracts/api.ts';
import { BLOCK_BYTES } from '../../core/contracts/ids.ts';
import { instanceAddress, pointAddress } from '../addresses.ts';
import { texts } from '../texts.ts';
import { Go } from './go.tsx';
import { Id } from './id.tsx';
import { JobState } from './job-state.tsx';
import { RestoredVolumes } from './restored-volumes.tsx';
import { Empty, Reason } from './states.tsx';
import { useTenant } from './tenant-choice.tsx';
import { VolumeStanding } from './volume-standing.tsx';

const words = texts.job.progress;

const ENDS = ['done', 'failed', 'cancelled'];
/** Of so few, all volumes are shown from the beginning. */
const FEW = 5;

/** An instance, one of its volumes below it, or one that was left out and by which rule. */
interface Row {
  readonly id: string;
  readonly instance?: JobInstanceView;
  readonly volume?: JobVolumeView;
  readonly leftOut?: string;
  readonly below: readonly Row[];
}

const rowOf = (instance: JobInstanceView): Row => {
  const { instanceId: id, volumes = [], excludedVolumes = [] } = instance;
  return {
    id,
    instance,
    below: [
      ...volumes.map((volume) => ({ id: volume.volumeId, volume, below: [] })),
      ...excludedVolumes.map(({ volumeId, rule }) => ({ id: volumeId, leftOut: rule, below: [] })),
    ],
  };
};

const Points = ({ instance: { phase, recoveryPointId, recoveryPointIds } }: { readonly instance: JobInstanceView }) => {
  const { tenant } = useTenant();
  const points = phase === 'done' ? (recoveryPointIds ?? (recoveryPointId ? [recoveryPointId] : [])) : [];
  return points.map((point) => (
    <div key={point}>
      {words.point}{' '}
      <Go href={pointAddress(point, tenant)}>
        <Id>{point}</Id>
      </Go>
    </div>
  ));
};

const Restored = ({ instance: { result } }: { readonly instance: JobInstanceView }) => {
  const { tenant } = useTenant();
  if (result?.instanceId === undefined) return texts.none;
  return (
    <Go href={instanceAddress(result.instanceId, tenant)}>
      <Id>{result.instanceId}</Id>
    </Go>
  );
};

interface StandingProps {
  readonly instance: JobInstanceView;
  /** Why it failed is said above the table, then. */
  readonly isOneOfFew: boolean;
}

/** Where it stands: how far its data is, what it waits for, or why it failed. */
const Standing = ({ instance, isOneOfFew }: StandingProps) => {
  const fraction = ENDS.includes(instance.phase) ? undefined : fractionOf(instance);
  const waits = waitWords(instance, Date.now());
  return (
    <SpaceBetween size="xxs">
      <JobState state={instance.phase} />
      {instance.result ? null : <Points instance={instance} />}
      {fraction === undefined ? null : (
        <ProgressBar
          value={Math.floor(fraction * 100)}
          additionalInfo={progressWords(instance)}
          ariaLabel={words.of(instance.instanceId)}
        />
      )}
      {waits ? <div>{waits}</div> : null}
      {instance.error ? <div>{isOneOfFew ? instance.error.name : instance.error.message}</div> : null}
      {instance.warnings?.map((warning) => (
        <Reason key={warning.message} {...warning} />
      ))}
    </SpaceBetween>
  );
};

const RowStanding = ({ row: { instance, volume, leftOut }, isOneOfFew }: { row: Row; isOneOfFew: boolean }) => {
  if (instance) return <Standing instance={instance} isOneOfFew={isOneOfFew} />;
  return volume ? <VolumeStanding volume={volume} /> : texts.job.volumes.leftOut(leftOut ?? '');
};

type Columns = TableProps.ColumnDefinition<Row>[];

const size = (
  id: string,
  header: string,
  of: (counters: NonNullable<JobVolumeView['counters']>) => number,
): Columns[number] => ({
  id,
  header,
  cell: ({ instance, volume }) => {
    const counters = instance?.counters ?? volume?.counters;
    return counters ? <Id>{bytes(of(counters))}</Id> : texts.none;
  },
});

/** A snapshot moves nothing, and a restore stores nothing. */
const columnsOf = (type: JobView['type'], isFew: boolean): Columns => [
  { id: 'instance', header: words.what, isRowHeader: true, cell: ({ id }) => <Id>{id}</Id> },
  { id: 'standing', header: words.header, minWidth: 320, cell: (row) => <RowStanding row={row} isOneOfFew={isFew} /> },
  ...(type === 'snapshot'
    ? [
        {
          id: 'consistency',
          header: words.consistency,
          cell: ({ instance }: Row) => (instance ? (instance.consistency?.kind ?? texts.none) : ''),
        },
      ]
    : [
        size('moved', words.moved, (counters) => counters.bytes),
        size('zero', words.zero, (counters) => counters.zero * BLOCK_BYTES),
      ]),
  ...(type === 'backup' || type === 'backup-copy'
    ? [
        size('deduplicated', words.deduplicated, (counters) => counters.deduplicated * BLOCK_BYTES),
        size('stored', words.stored, (counters) => counters.storedBytes),
      ]
    : []),
  ...(type === 'restore'
    ? [
        {
          id: 'restored',
          header: words.restored,
          cell: ({ instance }: Row) => (instance ? <Restored instance={instance} /> : ''),
        },
      ]
    : []),
];

export const JobInstances = ({ job: { type, instances = [] } }: { readonly job: JobView }) => {
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const rows = instances.map(rowOf);
  const isExpanded = ({ id, below }: Row): boolean => below.length > 0 && (toggled.get(id) ?? rows.length <= FEW);
  return (
    <SpaceBetween size="xs">
      <Table
        trackBy="id"
        wrapLines
        items={rows}
        columnDefinitions={columnsOf(type, rows.length <= FEW)}
        expandableRows={{
          getItemChildren: ({ below }) => [...below],
          isItemExpandable: ({ below }) => below.length > 0,
          expandedItems: rows.filter(isExpanded),
          onExpandableItemToggle: ({ detail: { item, expanded } }) =>
            setToggled((before) => new Map(before).set(item.id, expanded)),
        }}
        header={
          <Header variant="h2" counter={`(${instances.length})`}>
            {texts.job.instances}
          </Header>
        }
        empty={<Empty header={texts.job.noInstances} />}
      />
      {instances.map(({ instanceId, result }) =>
        result ? (
          <ExpandableSection key={instanceId} headerText={words.restoredVolumes}>
            <RestoredVolumes result={result} />
          </ExpandableSection>
        ) : null,
      )}
    </SpaceBetween>
  );
};
