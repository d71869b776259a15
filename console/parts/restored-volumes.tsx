import Box from '@cloudscape-design/components/box';
import Table from '@cloudscape-design/components/table';
import type { JobInstanceView } from '../../core/contracts/api.ts';
import { texts } from '../texts.ts';

const words = texts.job.volumes;

/** What a restore has made, and from which volumes. */
export const RestoredVolumes = ({ result }: { readonly result: NonNullable<JobInstanceView['result']> }) => (
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
