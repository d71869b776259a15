/** What the dry run has answered: what refuses first, then all that would be done. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { bytes } from '../../../cli/units.ts';
import type { RestorePreview } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';
import { Id } from '../id.tsx';
import { When } from '../when.tsx';
import { kindOf, type Step } from './draft.ts';
import type { PointForm } from './form.ts';

const words = texts.restore.review;

type Rules = RestorePreview['rules'];

/** Where something can be chosen that the rule does not refuse. */
const STEP_OF_RULE: Readonly<Record<string, Step>> = {
  O7: 'options',
  O8: 'options',
  available: 'options',
  licence: 'where',
  device: 'where',
  subnet: 'where',
  'security groups': 'where',
  'key pair': 'where',
  'instance type': 'where',
  zone: 'where',
};

const OUTCOMES: Readonly<Record<Rules[number]['outcome'], StatusIndicatorProps.Type>> = {
  allowed: 'success',
  refused: 'error',
  'not available': 'error',
  'not checked': 'warning',
};

const RuleTable = ({ rules }: { readonly rules: Rules }) => (
  <Table
    variant="embedded"
    wrapLines
    trackBy="rule"
    items={rules}
    columnDefinitions={[
      { id: 'rule', header: words.rule, isRowHeader: true, minWidth: 110, cell: ({ rule }) => rule },
      {
        id: 'outcome',
        header: words.outcome,
        minWidth: 130,
        cell: ({ outcome }) => <StatusIndicator type={OUTCOMES[outcome]}>{outcome}</StatusIndicator>,
      },
      { id: 'why', header: words.why, cell: ({ reason }) => reason },
      { id: 'about', header: words.about, cell: ({ rule }) => words.ruleWords[rule] ?? texts.none },
    ]}
  />
);

const Sentences = ({ header, lines, none }: { header: string; lines: readonly string[]; none?: string }) => {
  if (lines.length === 0 && none === undefined) return null;
  return (
    <Container header={<Header variant="h3">{header}</Header>}>
      {lines.length === 0 ? (
        none
      ) : (
        <ul className="sentences">
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </Container>
  );
};

interface Props {
  readonly preview: RestorePreview;
  readonly form: PointForm;
  goTo(step: Step): void;
}

const isFine = ({ outcome }: Rules[number]): boolean => outcome === 'allowed' || outcome === 'not checked';

const Verdict = ({ preview: { allowed, rules }, form: { draft, point }, goTo }: Props) => {
  const refusing = rules.filter((rule) => !isFine(rule));
  if (!allowed) {
    const isGone = refusing.some(({ rule }) => rule === 'instance');
    const gone = kindOf(draft) === 'attach' ? 'where' : 'what';
    const step = isGone ? gone : refusing.map(({ rule }) => STEP_OF_RULE[rule]).find((each) => each !== undefined);
    return (
      <Alert
        type="error"
        header={words.refused}
        action={step && <Button onClick={() => goTo(step)}>{words.change(texts.restore.steps[step])}</Button>}
      >
        {refusing.map(({ rule, reason }) => (
          <div key={rule}>
            <strong>{rule}:</strong> {reason}
          </div>
        ))}
      </Alert>
    );
  }
  const isInPlace = kindOf(draft) === 'in-place';
  return (
    <Alert
      type={isInPlace ? 'warning' : 'info'}
      header={isInPlace ? words.overwrites(point.instanceId) : words.allowed}
    >
      {words.allowedText}
    </Alert>
  );
};

const OfTenant = ({ id, name }: { readonly id: string; readonly name: string | undefined }) => (
  <>
    {name === id ? null : name} <Id>{id}</Id>
  </>
);

const Facts = ({ preview, form: { point, tenant, tenantName } }: Pick<Props, 'preview' | 'form'>) => {
  const facts: readonly (readonly [string, ReactNode])[] = [
    [words.tenant, tenant && <OfTenant key="tenant" id={tenant} name={tenantName} />],
    [words.taken, <When key="taken" at={point.takenAt} />],
    [words.point, <Id key="point">{preview.recoveryPointId}</Id>],
    [words.from, words.froms[preview.from]],
    [words.size, words.sizes(bytes(preview.sizeBytes), bytes(preview.dataBytes))],
    [words.fromReason, preview.fromReason],
  ];
  return (
    <Container
      header={<Header variant="h3">{[point.instanceName, point.instanceId].filter(Boolean).join(' · ')}</Header>}
    >
      <KeyValuePairs
        columns={2}
        items={facts.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))}
      />
    </Container>
  );
};

export const Preview = (props: Props) => {
  const { preview, form } = props;
  const { allowed, rules, creates, replaces, leavesOut, volumeTagsLeftOut } = preview;
  const replaced = <Sentences header={words.replaces} lines={replaces} none={words.nothingReplaced} />;
  return (
    <SpaceBetween size="l">
      <Verdict {...props} />
      {allowed && volumeTagsLeftOut > 0 && form.draft.tags !== 'restore' ? (
        <Alert
          type="warning"
          action={<Button onClick={() => form.change({ tags: 'restore' })}>{words.restoreTags}</Button>}
        >
          {words.tags(volumeTagsLeftOut)}
        </Alert>
      ) : null}
      <Facts {...props} />
      {allowed && replaces.length > 0 ? replaced : null}
      {allowed ? <Sentences header={words.creates} lines={creates} /> : null}
      {allowed && replaces.length === 0 ? replaced : null}
      {allowed ? <Sentences header={words.leavesOut} lines={leavesOut} none={words.nothingLeftOut} /> : null}
      <ExpandableSection variant="container" headerText={words.rules} defaultExpanded={!allowed}>
        <RuleTable rules={rules.toSorted((a, b) => Number(isFine(a)) - Number(isFine(b)))} />
      </ExpandableSection>
    </SpaceBetween>
  );
};
