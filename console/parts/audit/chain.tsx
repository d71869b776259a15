import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import type { AuditAnchor } from '../../../core/contracts/audit.ts';
import { writtenAnchor } from '../../../core/domain/audit-chain.ts';
import { texts } from '../../texts.ts';
import type { Item } from './audit-columns.tsx';
import { checkShown } from './check-shown.ts';

const words = texts.audit.chain;
const COMMAND = 'holdfast audit verify';
const PAGE = 10;

const Copied = ({ text }: { readonly text: string }) => (
  <CopyToClipboard
    variant="inline"
    textToCopy={text}
    copyButtonAriaLabel={words.copy}
    copySuccessText={words.copied}
    copyErrorText={text}
  />
);

const STATES = { fits: 'success', differs: 'error', unseen: 'pending' } as const;

const stateOf = ({ seq, hash }: AuditAnchor, items: readonly Item[]): keyof typeof STATES => {
  const item = items.find((each) => each.seq === seq);
  if (!item) return 'unseen';
  return 'hash' in item && item.hash === hash ? 'fits' : 'differs';
};

const Anchors = ({ anchors, items }: { readonly anchors: readonly AuditAnchor[]; readonly items: readonly Item[] }) => {
  const [page, setPage] = useState(1);
  const pages = Math.max(1, Math.ceil(anchors.length / PAGE));
  return (
    <Table
      variant="embedded"
      wrapLines
      items={anchors.toReversed().slice((page - 1) * PAGE, page * PAGE)}
      columnDefinitions={[
        { id: 'seq', header: words.anchorColumns.seq, isRowHeader: true, cell: ({ seq }) => seq },
        {
          id: 'hash',
          header: words.anchorColumns.hash,
          cell: ({ hash }) => <Box variant="code">{hash}</Box>,
        },
        {
          id: 'fits',
          header: words.anchorColumns.fits,
          cell: (anchor) => {
            const state = stateOf(anchor, items);
            return <StatusIndicator type={STATES[state]}>{words.anchorStates[state]}</StatusIndicator>;
          },
        },
      ]}
      empty={words.noAnchors}
      pagination={
        pages > 1 ? (
          <Pagination
            currentPageIndex={page}
            pagesCount={pages}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        ) : undefined
      }
    />
  );
};

interface Props {
  /** Newest first. */
  readonly items: readonly Item[];
  readonly anchors: readonly AuditAnchor[];
  readonly head: AuditAnchor | undefined;
  readonly withoutGaps: boolean;
}

/** Whether what is shown is as it was written, what is kept outside of the log, and how all of it is looked at. */
export const Chain = ({ items, anchors, head, withoutGaps }: Props) => {
  const { entries, anchors: fitting, broken } = checkShown({ items, anchors, head, withoutGaps });
  return (
    <SpaceBetween size="xs">
      {broken ? (
        <Alert type="error" header={words.broken(broken.seq)}>
          {broken.problem}. {words.all} <Copied text={COMMAND} />
        </Alert>
      ) : (
        <Box>
          <StatusIndicator type="success">{words.whole(entries, fitting)}</StatusIndicator>{' '}
          {withoutGaps ? '' : `${words.apart} `}
          {words.all} <Copied text={COMMAND} />
        </Box>
      )}
      <ExpandableSection headerText={words.anchors(anchors.length)} headerDescription={words.anchorsAbout}>
        <SpaceBetween size="s">
          {head ? (
            <Box>
              {words.head}: <Copied text={writtenAnchor(head)} />
              <Box variant="small" display="block">
                {words.headAbout}
              </Box>
            </Box>
          ) : null}
          <Anchors anchors={anchors} items={items} />
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  );
};
