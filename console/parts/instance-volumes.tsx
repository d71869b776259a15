import Box from '@cloudscape-design/components/box';
import Table from '@cloudscape-design/components/table';
import type { JobInstanceView } from '../../core/contracts/api.ts';
import { texts } from '../texts.ts';

const words = texts.job.volumes;

/** Each volume of an instance: full or incremental and why, left out by which rule, or made from which. */
export const InstanceVolumes = ({ instance }: { readonly instance: JobInstanceView }) => {
  const { volumes = [], excludedVolumes = [], result } = instance;
  if (result)
    return (
      <>
        <Table
          variant="embedded"
          items={result.volumes}
          trackBy="volumeId"
          columnDefinitions={[
            { id: 'made', header: words.made, isRowHeader: true, cell: ({ volumeId }) => volumeId },
            { id: 'device', header: words.device, cell: ({ device }) => device },
            { id: 'from', header: words.from, cell: ({ sourceVolumeId }) => sourceVolumeId },
          ]}
        />
        {result.volumeTagsLeftOut > 0 ? (
          <Box color="text-body-secondary">{words.tagsLeftOut(result.volumeTagsLeftOut)}</Box>
        ) : null}
      </>
    );
  const rows = [
    ...volumes.map(({ volumeId, level, reason }) => ({ volumeId, level: String(level), reason })),
    ...excludedVolumes.map(({ volumeId, rule }) => ({ volumeId, level: words.leftOut, reason: rule })),
  ];
  return (
    <Table
      variant="embedded"
      items={rows}
      trackBy="volumeId"
      columnDefinitions={[
        { id: 'volume', header: words.volume, isRowHeader: true, cell: ({ volumeId }) => volumeId },
        { id: 'level', header: words.level, cell: ({ level }) => level },
        { id: 'why', header: words.why, cell: ({ reason }) => reason ?? texts.none },
      ]}
    />
  );
};
