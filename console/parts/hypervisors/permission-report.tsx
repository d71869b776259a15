import Alert from '@cloudscape-design/components/alert';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import type { PermissionProbe, PermissionsReport } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';
import { Id } from '../id.tsx';
import { CopyText } from './copy-text.tsx';

const words = texts.hypervisor.permissions;

type Missing = PermissionsReport['missing'][number];

/** IAM's version of the policy language. */
const POLICY_VERSION = '2012-10-17';

const PROBED: Readonly<Record<PermissionProbe['outcome'], StatusIndicatorProps.Type>> = {
  works: 'success',
  refused: 'error',
  'nothing to probe': 'pending',
};

/** One row for a permission that a feature lacks, whatever the resources. */
const rowsOf = (missing: readonly Missing[]): readonly Missing[] => [
  ...new Map(missing.map((each) => [`${each.role} ${each.feature} ${each.action}`, each])).values(),
];

const policiesOf = (missing: readonly Missing[]): ReadonlyMap<string | undefined, string> => {
  const roles = [...new Set(missing.map(({ role }) => role))];
  return new Map(
    roles.map((role) => {
      const statements = missing.filter((each) => each.role === role).map(({ statement }) => JSON.stringify(statement));
      const Statement = [...new Set(statements)].map((text) => JSON.parse(text) as unknown);
      return [role, JSON.stringify({ Version: POLICY_VERSION, Statement }, null, 2)];
    }),
  );
};

const MissingTable = ({ missing }: { readonly missing: readonly Missing[] }) => (
  <Table
    variant="embedded"
    wrapLines
    ariaLabels={{ tableLabel: words.missingTable }}
    items={[...rowsOf(missing)]}
    trackBy={({ role, feature, action }) => `${role} ${feature} ${action}`}
    columnDefinitions={[
      { id: 'feature', header: words.columns.feature, isRowHeader: true, cell: ({ feature }) => feature },
      { id: 'action', header: words.columns.action, cell: ({ action }) => <Id>{action}</Id> },
      ...(missing.some(({ role }) => role !== undefined)
        ? [{ id: 'role', header: words.columns.role, cell: ({ role }: Missing) => role ?? texts.none }]
        : []),
      { id: 'without', header: words.columns.without, cell: ({ without }) => without },
      { id: 'found', header: words.columns.foundBy, cell: ({ foundBy }) => foundBy.join(', ') },
    ]}
  />
);

interface Row {
  readonly id: string;
  readonly action: string;
  readonly feature: string;
  readonly role?: string | undefined;
  /** Undefined: nothing could tell. */
  readonly allowed: boolean | undefined;
  readonly foundBy: readonly string[];
}

const allRows = ({ checked, unchecked = [] }: PermissionsReport): Row[] => [
  ...checked.map((each, i) => ({ ...each, id: `checked ${i}` })),
  ...unchecked.map((each, i) => ({ ...each, id: `unchecked ${i}`, allowed: undefined, foundBy: [] })),
];

const Allowed = ({ allowed }: { readonly allowed: boolean | undefined }) => {
  if (allowed === undefined) return <StatusIndicator type="warning">{words.unknown}</StatusIndicator>;
  return <StatusIndicator type={allowed ? 'success' : 'error'}>{allowed ? words.yes : words.no}</StatusIndicator>;
};

const EveryPermission = ({ report }: { readonly report: PermissionsReport }) => {
  const rows = allRows(report);
  return (
    <ExpandableSection headerText={words.all(rows.length)}>
      <Table
        variant="embedded"
        items={rows}
        trackBy="id"
        columnDefinitions={[
          { id: 'action', header: words.columns.action, isRowHeader: true, cell: ({ action }) => action },
          { id: 'feature', header: words.columns.feature, cell: ({ feature }) => feature },
          ...(rows.some(({ role }) => role !== undefined)
            ? [{ id: 'role', header: words.columns.role, cell: ({ role }: Row) => role ?? texts.none }]
            : []),
          { id: 'allowed', header: words.columns.allowed, cell: ({ allowed }) => <Allowed allowed={allowed} /> },
          { id: 'found', header: words.columns.foundBy, cell: ({ foundBy }) => foundBy.join(', ') || texts.none },
        ]}
      />
    </ExpandableSection>
  );
};

/** What a check has found: first what is missing, and what mends it. */
export const PermissionReport = ({ report }: { readonly report: PermissionsReport }) => {
  const { complete, checked, missing, probes } = report;
  const lacking = rowsOf(missing).length;
  const summary = lacking === 0 ? words.incomplete : words.missing(lacking, checked.length);
  return (
    <SpaceBetween size="m">
      <Alert type={complete ? 'success' : 'warning'}>{complete ? words.complete(checked.length) : summary}</Alert>
      {missing.length === 0 ? null : <MissingTable missing={missing} />}
      {[...policiesOf(missing)].map(([role, text]) => (
        <CopyText key={role ?? ''} label={words.add(role)} text={text} fileName={words.file} />
      ))}
      {probes.length === 0 ? null : (
        <ExpandableSection
          headerText={words.probes}
          defaultExpanded={probes.some(({ outcome }) => outcome === 'refused')}
        >
          {probes.map(({ what, outcome, detail }) => (
            <div key={what}>
              <StatusIndicator type={PROBED[outcome]}>{`${what} ${words.outcomes[outcome]}.`}</StatusIndicator> {detail}
            </div>
          ))}
        </ExpandableSection>
      )}
      <EveryPermission report={report} />
    </SpaceBetween>
  );
};
