import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import { clockTime, duration, secondsBetween } from '../../cli/units.ts';
import { type Branch, outcomeOf, type Passed } from '../graph/path.ts';
import { texts } from '../texts.ts';
import { causeWords, OutcomeWords } from './outcome.tsx';

const words = texts.job.path;

interface Row {
  readonly id: string;
  readonly name: string;
  readonly state?: Passed;
  readonly branch?: Branch;
  readonly below: readonly Row[];
}

const rowsOf = (states: readonly Passed[], within: string): Row[] =>
  states.map((state, i) => {
    const id = `${within}/${i}`;
    const below = (state.children ?? []).map((branch, n): Row => {
      const own = `${id}.${n}`;
      return { id: own, name: branch.label, branch, below: rowsOf(branch.states, own) };
    });
    return { id, name: state.name, state, below };
  });

const allRows = (rows: readonly Row[]): Row[] => rows.flatMap((row) => [row, ...allRows(row.below)]);

const BRANCH_OUTCOME = { SUCCEEDED: 'done', RUNNING: 'running' } as const;
const branchOutcome = ({ status }: Branch) => BRANCH_OUTCOME[status as keyof typeof BRANCH_OUTCOME] ?? 'failed';

const took = ({ enteredAt, exitedAt }: Passed): string =>
  duration(secondsBetween(enteredAt, exitedAt ?? new Date().toISOString()));

/** The same as the graph, in words: for those who read faster than they look, and for screen readers. */
export const PathTable = ({ states }: { readonly states: readonly Passed[] }) => {
  const rows = rowsOf(states, '');
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  return (
    <Table
      variant="embedded"
      wrapLines
      trackBy="id"
      items={rows}
      expandableRows={{
        getItemChildren: ({ below }) => [...below],
        isItemExpandable: ({ below }) => below.length > 0,
        expandedItems: allRows(rows).filter(({ id, below }) => below.length > 0 && !closed.has(id)),
        onExpandableItemToggle: ({ detail: { item, expanded } }) =>
          setClosed((before) => {
            const after = new Set(before);
            if (expanded) after.delete(item.id);
            else after.add(item.id);
            return after;
          }),
      }}
      columnDefinitions={[
        { id: 'state', header: words.state, isRowHeader: true, cell: ({ name }) => name },
        {
          id: 'outcome',
          header: words.outcome,
          cell: ({ state, branch }) => (
            <>
              {state ? <OutcomeWords outcome={outcomeOf([state])} /> : null}
              {branch ? <OutcomeWords outcome={branchOutcome(branch)} /> : null}
              {state?.error ? <div>{`${state.error.name}: ${causeWords(state.error.cause)}`}</div> : null}
            </>
          ),
        },
        { id: 'entered', header: words.entered, cell: ({ state }) => (state ? clockTime(state.enteredAt) : '') },
        { id: 'took', header: words.took, cell: ({ state }) => (state ? took(state) : '') },
      ]}
    />
  );
};
