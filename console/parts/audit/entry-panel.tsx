import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { ReactNode } from 'react';
import type { AuditAnchor, AuditEntry } from '../../../core/contracts/audit.ts';
import { texts } from '../../texts.ts';
import { SidePanel } from '../side-panel.tsx';
import { Empty, Failed, Waiting } from '../states.tsx';
import { When } from '../when.tsx';
import { type Item, OutcomeOf } from './audit-columns.tsx';
import { useEntry } from './use-audit.ts';

const words = texts.audit.entry;

const code = (text: string | undefined): ReactNode =>
  text === undefined ? undefined : (
    <Box variant="code">
      <span className="code">{text}</span>
    </Box>
  );

const Facts = ({ entry, anchors }: { readonly entry: AuditEntry; readonly anchors: readonly AuditAnchor[] }) => {
  const { at, who, what, from, leftOut, requestId, previous, hash } = entry;
  const anchored = anchors.filter(({ seq }) => seq === entry.seq);
  const fits = anchored.every((anchor) => anchor.hash === hash);
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.outcome, <OutcomeOf key="outcome" entry={entry} />],
    [words.operation, what.operation],
    [words.at, <When key="at" at={at} />],
    [words.kind, who.kind],
    [words.principal, who.principal],
    [words.account, who.accountId],
    [words.tenant, what.tenantId],
    [words.subjects, what.subjects.length > 0 ? what.subjects.map((each) => <div key={each}>{each}</div>) : undefined],
    [words.detail, what.detail],
    [words.ip, from.sourceIp],
    [words.agent, from.userAgent],
    [words.leftOut, leftOut === undefined ? undefined : String(leftOut)],
    [words.request, requestId],
    [words.body, code(what.bodySha256)],
    [words.hash, code(hash)],
    [words.previous, code(previous)],
    [
      words.anchored,
      anchored.length === 0 ? undefined : (
        <StatusIndicator key="anchor" type={fits ? 'success' : 'error'}>
          {fits ? words.fits : words.differs}
        </StatusIndicator>
      ),
    ],
  ];
  return (
    <KeyValuePairs
      columns={1}
      items={facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))}
    />
  );
};

interface Props {
  readonly seq: number;
  /** Absent: it is not among those that are shown. */
  readonly known: Item | undefined;
  readonly anchors: readonly AuditAnchor[];
  onClose(): void;
}

/** All that an entry says, beside the list. */
export const EntryPanel = ({ seq, known, anchors, onClose }: Props) => {
  const { item, error, isGone } = useEntry(seq, known);
  const content = () => {
    if (error) return <Failed error={error} />;
    if (isGone) return <Empty header={texts.notFound.header} />;
    if (!item) return <Waiting text={words.loading} />;
    if ('broken' in item)
      return (
        <Alert type="error" header={texts.audit.broken}>
          {words.brokenText}
        </Alert>
      );
    return <Facts entry={item} anchors={anchors} />;
  };
  return (
    <SidePanel header={words.header(seq)} onClose={onClose}>
      {content()}
    </SidePanel>
  );
};
