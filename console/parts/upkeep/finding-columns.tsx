import type { TableProps } from '@cloudscape-design/components/table';
import { time } from '../../../cli/units.ts';
import type { FindingView } from '../../../core/contracts/reaper.ts';
import { jobAddress } from '../../addresses.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';
import { Id } from '../id.tsx';

const words = texts.findings;

export const placeOf = (
  { place, tenantId, region }: Pick<FindingView, 'place' | 'tenantId' | 'region'>,
  nameOf: (tenantId: string) => string,
): string => (tenantId === undefined ? place : [nameOf(tenantId), region].filter(Boolean).join(', '));

const removed = ({ action, dueAt, nextTryAt, error }: FindingView): string => {
  if (action === 'show') return words.shown;
  if (action === 'wait' || dueAt === undefined) return words.notYet;
  const at = time(nextTryAt !== undefined && nextTryAt > dueAt ? nextTryAt : dueAt);
  return error === undefined ? words.from(at) : words.againFrom(at);
};

export const findingColumns = (nameOf: (tenantId: string) => string): TableProps.ColumnDefinition<FindingView>[] => [
  { id: 'what', header: words.columns.what, cell: ({ kind }) => kind },
  {
    id: 'id',
    header: words.columns.id,
    isRowHeader: true,
    cell: ({ subject, jobId, tenantId }) =>
      jobId && tenantId ? <Go href={jobAddress(jobId, tenantId)}>{subject}</Go> : <Id>{subject}</Id>,
  },
  { id: 'where', header: words.columns.where, cell: (finding) => placeOf(finding, nameOf) },
  { id: 'removed', header: words.columns.removed, cell: removed },
  {
    id: 'why',
    header: words.columns.why,
    minWidth: 300,
    cell: ({ reason, error, attempts = 1 }) => (
      <>
        <div>{reason}</div>
        {error ? <div>{words.failed(attempts, error)}</div> : null}
      </>
    ),
  },
];
