import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { bytes, time } from '../../cli/units.ts';
import type { RecoveryPointView } from '../../core/contracts/api.ts';
import { instanceAddress, instancesAddress, jobAddress, pointAddress } from '../addresses.ts';
import { Go } from '../parts/go.tsx';
import { Id } from '../parts/id.tsx';
import { Kept } from '../parts/instances/kept.tsx';
import { PointActions } from '../parts/instances/point-actions.tsx';
import { dataOf, sizeOf, verifiedOf } from '../parts/instances/point-words.ts';
import { dayOf, usePoint } from '../parts/instances/points.ts';
import { NoData } from '../parts/no-data.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Waiting } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { texts } from '../texts.ts';

const words = texts.recoveryPoint;

type Volume = RecoveryPointView['volumes'][number];

const because = (what: string, reason: string | undefined): string => (reason ? `${what}: ${reason}` : what);

const copyId = (id: string): ReactNode => (
  <span className="id">
    <CopyToClipboard
      variant="inline"
      textToCopy={id}
      copyButtonAriaLabel={texts.job.copyId}
      copySuccessText={texts.job.copied}
      copyErrorText={id}
    />
  </span>
);

const factsOf = (point: RecoveryPointView, tenant: string | undefined): { label: string; value: ReactNode }[] => {
  const { recoveryPointId, instanceId, kind, state, takenAt, consistency, copyOf, copiedTo, regionCopy } = point;
  const other = (id: string): ReactNode => <Go href={pointAddress(id, tenant)}>{id}</Go>;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.taken, <When key="taken" at={takenAt} />],
    [
      words.kind,
      <div key="kind">
        {kind}
        <Box color="text-body-secondary">{words.kinds[kind]}</Box>
      </div>,
    ],
    [words.size, [sizeOf(point), dataOf(point)].filter(Boolean).join(', ')],
    [words.verified, verifiedOf(point)],
    [words.consistency, consistency && because(consistency.kind, consistency.reason)],
    [words.kept, state === 'available' ? <Kept key="kept" point={point} whole /> : undefined],
    [words.state, state === 'available' ? undefined : state],
    [words.expired, point.expiredAt && <When key="expired" at={point.expiredAt} />],
    [
      words.instance,
      <Go key="instance" href={instanceAddress(instanceId, tenant, dayOf(takenAt))}>
        {point.instanceName === undefined ? instanceId : `${point.instanceName} (${instanceId})`}
      </Go>,
    ],
    [
      words.job,
      <Go key="job" href={jobAddress(point.jobId, tenant)}>
        {words.openJob}
      </Go>,
    ],
    [words.copyOf, copyOf && other(copyOf)],
    [words.copiedTo, copiedTo && other(copiedTo)],
    [words.region, regionCopy && because(`${regionCopy.region}, ${regionCopy.state}`, regionCopy.reason)],
    [words.id, copyId(recoveryPointId)],
  ];
  return facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
};

const Volumes = ({ kind, volumes }: Pick<RecoveryPointView, 'kind' | 'volumes'>) => (
  <Table
    trackBy="volumeId"
    wrapLines
    items={volumes}
    header={
      <Header variant="h2" counter={`(${volumes.length})`}>
        {words.volumes}
      </Header>
    }
    columnDefinitions={[
      { id: 'volume', header: words.volume, isRowHeader: true, cell: ({ volumeId }) => <Id>{volumeId}</Id> },
      { id: 'device', header: words.device, cell: ({ device }) => <Id>{device}</Id> },
      { id: 'size', header: words.size, cell: ({ sizeBytes }) => <Id>{bytes(sizeBytes)}</Id> },
      ...(kind === 'snapshot'
        ? []
        : ([
            { id: 'data', header: words.dataColumn, cell: ({ dataBytes }) => <Id>{bytes(dataBytes)}</Id> },
            { id: 'level', header: words.level, cell: ({ level, reason }) => because(level, reason) },
          ] satisfies TableProps.ColumnDefinition<Volume>[])),
    ]}
  />
);

const RecoveryPoint = () => {
  const { recoveryPointId = '', tenant } = useParams();
  const { data: point, error, refetch } = usePoint(recoveryPointId, tenant);
  if (!point && error) return <NoData error={error} retry={() => void refetch()} />;
  if (!point) return <Waiting text={words.loading} />;
  const title = words.title(time(point.takenAt));
  return (
    <OneOf
      of={[
        { text: texts.instances.header, href: instancesAddress(tenant) },
        {
          text: point.instanceName ?? point.instanceId,
          href: instanceAddress(point.instanceId, tenant, dayOf(point.takenAt)),
        },
      ]}
      title={title}
      actions={<PointActions point={point} tenant={tenant} />}
    >
      <Container header={<Header variant="h2">{words.facts}</Header>}>
        <KeyValuePairs columns={3} items={factsOf(point, tenant)} />
      </Container>
      <Volumes kind={point.kind} volumes={point.volumes} />
    </OneOf>
  );
};

export default RecoveryPoint;
