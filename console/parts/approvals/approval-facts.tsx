import Container from '@cloudscape-design/components/container';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import type { ReactNode } from 'react';
import { texts } from '../../texts.ts';
import { Id } from '../id.tsx';
import { useNameOf } from '../tenants.ts';
import { When } from '../when.tsx';
import { ApprovalState } from './approval-state.tsx';
import { askedByWords, type Shown } from './routes.ts';

const words = texts.approval;

const when = (at: string | undefined): ReactNode => (at === undefined ? undefined : <When at={at} />);

/** Who asked for what, and until when it waits; what is not known is left out. */
export const ApprovalFacts = ({ approval }: { readonly approval: Shown }) => {
  const nameOf = useNameOf();
  const { approvalId, state, operation, subject, tenantId, requestedBy } = approval;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.state, <ApprovalState key="state" state={state} />],
    [words.operation, operation],
    [words.subject, <Id key="subject">{subject}</Id>],
    [words.tenant, <Id key="tenant">{nameOf(tenantId)}</Id>],
    // whole: who decides has to know which principal it is
    [words.askedBy, requestedBy ?? askedByWords(approval)],
    [words.asked, when(approval.requestedAt)],
    [words.expires, state === 'waiting' ? when(approval.expiresAt) : undefined],
    [words.decidedBy, approval.decidedBy],
    [words.decided, when(approval.decidedAt)],
    [words.resumedBy, approval.resumedBy],
    [words.ended, when(approval.endedAt)],
    [
      words.id,
      <span key="id" className="id">
        <CopyToClipboard
          variant="inline"
          textToCopy={approvalId}
          copyButtonAriaLabel={words.copyId}
          copySuccessText={words.copied}
          copyErrorText={approvalId}
        />
      </span>,
    ],
  ];
  return (
    <Container header={<Header variant="h2">{words.facts}</Header>}>
      <KeyValuePairs
        columns={3}
        items={facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))}
      />
    </Container>
  );
};
