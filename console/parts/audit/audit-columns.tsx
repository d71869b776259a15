import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import { time } from '../../../cli/units.ts';
import type { AuditEntry, AuditPage } from '../../../core/contracts/audit.ts';
import { texts } from '../../texts.ts';
import { personWords } from '../approvals/routes.ts';
import { Id } from '../id.tsx';

const words = texts.audit;

export type Item = AuditPage['items'][number];

export const OutcomeOf = ({ entry: { allowed, outcome } }: { readonly entry: AuditEntry }) => {
  if (!allowed) return <StatusIndicator type="error">{words.refused(outcome)}</StatusIndicator>;
  if (outcome === 'Done') return <StatusIndicator type="success">{outcome}</StatusIndicator>;
  return <StatusIndicator type={outcome === 'Asked' ? 'pending' : 'warning'}>{outcome}</StatusIndicator>;
};

/** More than these are beside it, with the entry. */
const MOST_SUBJECTS = 2;

const subjectsOf = ({ what: { tenantId, subjects } }: AuditEntry): readonly string[] => [
  ...new Set([...subjects, ...(tenantId === undefined ? [] : [tenantId])]),
];

/** `of`: what is shown of an entry; in the place of a broken one there is nothing. */
const column = (
  id: keyof typeof words.columns,
  of: (entry: AuditEntry) => React.ReactNode,
  minWidth?: number,
): TableProps.ColumnDefinition<Item> => ({
  id,
  ...(minWidth === undefined ? {} : { minWidth }),
  header: words.columns[id],
  cell: (item) => ('broken' in item ? '' : of(item)),
});

/** `nameOf`: of a hypervisor's id, what it is called. */
export const auditColumns = (nameOf: (id: string) => string): TableProps.ColumnDefinition<Item>[] => [
  { id: 'seq', header: words.columns.seq, isRowHeader: true, cell: ({ seq }) => seq },
  column('at', ({ at }) => <Id>{time(at)}</Id>),
  column(
    'outcome',
    (entry) => (
      <>
        <OutcomeOf entry={entry} />
        {entry.leftOut === undefined ? null : <div>{words.likeIt(entry.leftOut)}</div>}
      </>
    ),
    150,
  ),
  {
    id: 'what',
    minWidth: 260,
    header: words.columns.what,
    cell: (item) =>
      'broken' in item ? (
        <StatusIndicator type="error">{words.broken}</StatusIndicator>
      ) : (
        <span className="long-words">{item.what.operation}</span>
      ),
  },
  column('who', ({ who }) => (
    <>
      {personWords(who.principal)}
      <Box variant="small" display="block">
        {who.kind}
      </Box>
    </>
  )),
  column(
    'about',
    (entry) =>
      subjectsOf(entry)
        .slice(0, MOST_SUBJECTS)
        .map((subject) => (
          <div key={subject} className="long-words">
            {nameOf(subject)}
          </div>
        )),
    200,
  ),
];
