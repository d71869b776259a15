import Box from '@cloudscape-design/components/box';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import type { HealthFact, HealthLevel, HealthView } from '../../../core/contracts/health.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';

const words = texts.overview.facts;

const TYPES: Readonly<Record<HealthLevel, StatusIndicatorProps.Type>> = {
  ok: 'success',
  warn: 'warning',
  bad: 'error',
};
const ORDER: readonly HealthLevel[] = ['bad', 'warn', 'ok'];

/** One that is not known here is not well: Cloudscape's own default would be success. */
export const Level = ({ level, says }: { readonly level: HealthLevel; readonly says?: string }) => (
  <StatusIndicator type={TYPES[level] ?? 'warning'}>{says ?? words.levels[level]}</StatusIndicator>
);

/** Where more of it can be seen, and something be done. */
const PLACES: Readonly<Partial<Record<HealthFact['name'], string>>> = {
  'failed jobs': '/jobs',
  'open jobs': '/jobs',
  'sweep findings': '/findings',
  sweeps: '/findings',
  'quarantined orders': '/quarantine',
};

/** What it says, and below it what it is about: open where somebody has to look. */
const Says = ({ fact: { name, level, says, about, more } }: { readonly fact: HealthFact }) => {
  const place = level === 'ok' ? undefined : PLACES[name];
  const look = place ? (
    <Go href={place} ariaLabel={`${words.look}: ${name}`}>
      {words.look}
    </Go>
  ) : null;
  if (about.length === 0)
    return (
      <>
        {says} {look}
      </>
    );
  return (
    <ExpandableSection variant="inline" headerText={says} headerActions={look} defaultExpanded={level === 'bad'}>
      {[...about, ...(more ? [words.more(more)] : [])].map((line) => (
        <Box key={line} color="text-body-secondary" padding={{ bottom: 'xxs' }}>
          {line}
        </Box>
      ))}
    </ExpandableSection>
  );
};

/** The worst first. */
export const Facts = ({ health: { facts } }: { readonly health: HealthView }) => (
  <Table
    wrapLines
    trackBy="name"
    items={facts.toSorted((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level))}
    header={
      <Header variant="h2" description={words.about}>
        {words.header}
      </Header>
    }
    columnDefinitions={[
      { id: 'fact', header: words.fact, isRowHeader: true, width: 180, cell: ({ name }) => name },
      { id: 'level', header: words.level, width: 100, cell: ({ level }) => <Level level={level} /> },
      { id: 'says', header: words.says, cell: (fact) => <Says fact={fact} /> },
    ]}
  />
);
