import Header from '@cloudscape-design/components/header';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
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

export const Level = ({ level, says }: { readonly level: HealthLevel; readonly says?: string }) => (
  <StatusIndicator type={TYPES[level]}>{says ?? words.levels[level]}</StatusIndicator>
);

/** Where more of it can be seen, and something be done. */
const PLACES: Readonly<Partial<Record<HealthFact['name'], string>>> = {
  'failed jobs': '/jobs',
  'open jobs': '/jobs',
  'sweep findings': '/findings',
  sweeps: '/findings',
  'quarantined orders': '/quarantine',
};

interface Row {
  readonly id: string;
  readonly fact?: HealthFact;
  readonly line?: string;
  readonly lines: readonly Row[];
}

const rowOf = (fact: HealthFact): Row => {
  const { name, about, more } = fact;
  const lines = [...about, ...(more ? [words.more(more)] : [])];
  return { id: name, fact, lines: lines.map((line, n) => ({ id: `${name} ${n}`, line, lines: [] })) };
};

/** The worst first; what it is about is below each, and open where somebody has to look. */
export const Facts = ({ health: { facts } }: { readonly health: HealthView }) => {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const rows = facts.toSorted((a, b) => ORDER.indexOf(a.level) - ORDER.indexOf(b.level)).map(rowOf);
  const isOpen = ({ id, fact }: Row): boolean => (fact?.level === 'bad') !== toggled.has(id);
  return (
    <Table
      wrapLines
      trackBy="id"
      items={rows}
      header={
        <Header variant="h2" description={words.about}>
          {words.header}
        </Header>
      }
      expandableRows={{
        getItemChildren: ({ lines }) => [...lines],
        isItemExpandable: ({ lines }) => lines.length > 0,
        expandedItems: rows.filter((row) => row.lines.length > 0 && isOpen(row)),
        onExpandableItemToggle: ({ detail: { item } }) =>
          setToggled((before) => {
            const after = new Set(before);
            if (!after.delete(item.id)) after.add(item.id);
            return after;
          }),
      }}
      columnDefinitions={[
        {
          id: 'fact',
          header: words.fact,
          isRowHeader: true,
          width: 200,
          cell: ({ fact, line }) => fact?.name ?? line,
        },
        { id: 'level', header: words.level, width: 100, cell: ({ fact }) => fact && <Level level={fact.level} /> },
        {
          id: 'says',
          header: words.says,
          cell: ({ fact }) => {
            const place = fact && fact.level !== 'ok' ? PLACES[fact.name] : undefined;
            return (
              <>
                {fact?.says}{' '}
                {place ? (
                  <Go href={place} ariaLabel={`${words.look}: ${fact?.name}`}>
                    {words.look}
                  </Go>
                ) : null}
              </>
            );
          },
        },
      ]}
    />
  );
};
