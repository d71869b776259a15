/** What is made of the recovery point, and of which of its volumes. */
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import Tiles from '@cloudscape-design/components/tiles';
import { bytes, count } from '../../../cli/units.ts';
import { texts } from '../../texts.ts';
import { Id } from '../id.tsx';
import { KINDS, kindOf, volumesOf, volumesValue } from './draft.ts';
import type { PointForm } from './form.ts';
import { sizeOf } from './points.ts';

const words = texts.restore.what;

const Volumes = ({ draft, change, point, problemOf }: PointForm) => {
  const all = point.volumes.map(({ volumeId }) => volumeId);
  const chosen = volumesOf(draft) ?? all;
  return (
    <FormField stretch errorText={problemOf('target.volumeIds')}>
      <Table
        variant="embedded"
        trackBy="volumeId"
        selectionType="multi"
        items={point.volumes}
        selectedItems={point.volumes.filter(({ volumeId }) => chosen.includes(volumeId))}
        onSelectionChange={({ detail }) =>
          change({
            volumes: volumesValue(
              detail.selectedItems.map(({ volumeId }) => volumeId),
              all,
            ),
          })
        }
        header={
          <Header variant="h3" description={words.volumesAbout}>
            {words.volumes}
          </Header>
        }
        ariaLabels={{
          selectionGroupLabel: words.volumes,
          allItemsSelectionLabel: () => words.all,
          itemSelectionLabel: (_, { volumeId }) => words.choose(volumeId),
        }}
        columnDefinitions={[
          { id: 'volume', header: words.volume, isRowHeader: true, cell: ({ volumeId }) => <Id>{volumeId}</Id> },
          { id: 'device', header: words.device, cell: ({ device }) => device },
          { id: 'size', header: words.size, cell: ({ sizeBytes }) => <Id>{bytes(sizeBytes)}</Id> },
          { id: 'data', header: words.data, cell: ({ dataBytes }) => <Id>{bytes(dataBytes)}</Id> },
        ]}
      />
    </FormField>
  );
};

export const WhatStep = (form: PointForm) => {
  const { draft, change, point, problemOf } = form;
  const kind = kindOf(draft);
  return (
    <SpaceBetween size="l">
      <FormField label={words.label} stretch errorText={problemOf('target.kind')}>
        <Tiles
          columns={2}
          value={kind}
          ariaLabel={words.label}
          items={KINDS.map((value) => ({
            value,
            label: words.kinds[value].label,
            description: words.kinds[value].about,
          }))}
          onChange={({ detail }) => change({ kind: detail.value })}
        />
      </FormField>
      {kind === 'in-place' ? (
        <Alert type="warning" header={words.inPlaceHeader}>
          {words.inPlaceText(point.instanceId)}
        </Alert>
      ) : null}
      {kind === 'new-instance' ? (
        <Box>{words.whole(count(point.volumes.length, 'volume'), bytes(sizeOf(point)))}</Box>
      ) : (
        <Volumes {...form} />
      )}
    </SpaceBetween>
  );
};
