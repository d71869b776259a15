import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { fractionOf, progressWords, waitWords } from '../../cli/job-words.ts';
import { bytes } from '../../cli/units.ts';
import type { JobInstanceView, JobView } from '../../core/contracts/api.ts';
import { BLOCK_BYTES } from '../../core/contracts/ids.ts';
import { texts } from '../texts.ts';
import { Id } from './id.tsx';
import { InstanceVolumes } from './instance-volumes.tsx';
import { JobState } from './job-state.tsx';
import { Empty, Reason } from './states.tsx';

const words = texts.job.progress;

const ENDS = ['done', 'failed', 'cancelled'];

/** Where it stands: how far its data is, what it waits for, or why it failed. */
const Standing = ({ instance }: { readonly instance: JobInstanceView }) => {
  const fraction = ENDS.includes(instance.phase) ? undefined : fractionOf(instance);
  const waits = waitWords(instance, Date.now());
  return (
    <SpaceBetween size="xxs">
      <JobState state={instance.phase} />
      {fraction === undefined ? null : (
        <ProgressBar
          value={Math.floor(fraction * 100)}
          additionalInfo={progressWords(instance)}
          ariaLabel={words.of(instance.instanceId)}
        />
      )}
      {waits ? <div>{waits}</div> : null}
      {instance.error ? <div>{instance.error.message}</div> : null}
      {instance.warnings?.map((warning) => (
        <Reason key={warning.message} {...warning} />
      ))}
    </SpaceBetween>
  );
};

type Columns = TableProps.ColumnDefinition<JobInstanceView>[];

const size = (id: string, header: string, of: (instance: JobInstanceView) => number): Columns[number] => ({
  id,
  header,
  cell: (instance) => <Id>{bytes(of(instance))}</Id>,
});

const Points = ({ instance: { phase, recoveryPointId, recoveryPointIds } }: { readonly instance: JobInstanceView }) => {
  const points = phase === 'done' ? (recoveryPointIds ?? (recoveryPointId ? [recoveryPointId] : [])) : [];
  if (points.length === 0) return texts.none;
  return points.map((point) => (
    <div key={point}>
      <Id>{point}</Id>
    </div>
  ));
};

/** A snapshot moves nothing, and a restore stores nothing. */
const columnsOf = (type: JobView['type']): Columns => [
  {
    id: 'instance',
    header: texts.job.path.instance,
    isRowHeader: true,
    cell: ({ instanceId }) => <Id>{instanceId}</Id>,
  },
  { id: 'standing', header: words.header, minWidth: 260, cell: (instance) => <Standing instance={instance} /> },
  ...(type === 'snapshot'
    ? [
        {
          id: 'consistency',
          header: words.consistency,
          cell: (i: JobInstanceView) => i.consistency?.kind ?? texts.none,
        },
      ]
    : [
        size('moved', words.moved, ({ counters }) => counters.bytes),
        size('zero', words.zero, ({ counters }) => counters.zero * BLOCK_BYTES),
      ]),
  ...(type === 'backup' || type === 'backup-copy'
    ? [
        size('deduplicated', words.deduplicated, ({ counters }) => counters.deduplicated * BLOCK_BYTES),
        size('stored', words.stored, ({ counters }) => counters.storedBytes),
      ]
    : []),
  type === 'restore'
    ? { id: 'restored', header: words.restored, cell: ({ result }) => <Id>{result?.instanceId}</Id> }
    : { id: 'point', header: words.point, cell: (instance) => <Points instance={instance} /> },
];

export const JobInstances = ({ job: { type, instances = [] } }: { readonly job: JobView }) => (
  <SpaceBetween size="xs">
    <Table
      trackBy="instanceId"
      wrapLines
      items={instances}
      columnDefinitions={columnsOf(type)}
      header={
        <Header variant="h2" counter={`(${instances.length})`}>
          {texts.job.instances}
        </Header>
      }
      empty={<Empty header={texts.job.noInstances} />}
    />
    {instances
      .filter(({ volumes = [], excludedVolumes = [], result }) => volumes.length + excludedVolumes.length > 0 || result)
      .map((instance) => (
        <ExpandableSection key={instance.instanceId} headerText={`${words.volumes}: ${instance.instanceId}`}>
          <InstanceVolumes instance={instance} />
        </ExpandableSection>
      ))}
  </SpaceBetween>
);
