import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import ColumnLayout from '@cloudscape-design/components/column-layout';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import Pagination from '@cloudscape-design/components/pagination';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { clockTime, duration, secondsBetween } from '../../cli/units.ts';
import { branchOf, outcomeOf, type Part, type Passed, passesOf } from '../graph/path.ts';
import { texts } from '../texts.ts';
import { causeWords, OutcomeWords } from './outcome.tsx';
import { StateData } from './state-data.tsx';
import { StateRetries } from './state-retries.tsx';

const words = texts.job.path;

interface Props {
  readonly states: readonly Passed[];
  readonly instance: string | null;
  /** Of the graph: `Map/state` within a Map. */
  readonly chosen: string;
  readonly parts: readonly Part[];
  openPart(state: string): void;
  openInstance(label: string): void;
}

/** The times that the chosen state was entered, and what of it can be opened. */
const findPasses = (chosen: string, states: readonly Passed[], instance: string | null): readonly Passed[] => {
  const [name = '', ...rest] = chosen.split('/');
  const passes = passesOf(name, states);
  if (rest.length === 0) return passes;
  const branches = passes.flatMap(({ children = [] }) => children);
  return findPasses(rest.join('/'), branchOf(branches, instance)?.states ?? [], instance);
};

/** `key` it by the state: which time of several is looked at belongs to one. */
export const ChosenState = ({ states, instance, chosen, parts, openPart, openInstance }: Props) => {
  const name = chosen.split('/').at(-1) ?? '';
  const passes = findPasses(chosen, states, instance);
  const [earlier, setEarlier] = useState(0);
  const at = Math.max(1, passes.length - earlier);
  const last = passes[at - 1];
  const isPart = parts.some(({ state }) => state === name);
  const failed = isPart ? [] : (last?.children ?? []).filter(({ status }) => status !== 'SUCCEEDED');
  return (
    <SpaceBetween size="s">
      <Header
        variant="h3"
        actions={isPart ? <Button onClick={() => openPart(name)}>{words.openPart}</Button> : undefined}
      >
        {name}
      </Header>
      {last ? (
        <KeyValuePairs
          columns={4}
          items={[
            { label: words.outcome, value: <OutcomeWords outcome={outcomeOf(passes)} /> },
            { label: words.entered, value: clockTime(last.enteredAt) },
            { label: words.took, value: duration(secondsBetween(last.enteredAt, last.exitedAt ?? Date.now())) },
            ...(last.tries ? [{ label: words.retries, value: words.tried(last.tries) }] : []),
            ...(last.error ? [{ label: last.error.name, value: causeWords(last.error.cause) }] : []),
          ]}
        />
      ) : (
        <Box color="text-body-secondary">{words.notEntered}</Box>
      )}
      {passes.length > 1 ? (
        <Pagination
          currentPageIndex={at}
          pagesCount={passes.length}
          onChange={({ detail }) => setEarlier(passes.length - detail.currentPageIndex)}
          ariaLabels={{
            paginationLabel: words.whichTime,
            previousPageLabel: words.earlier,
            nextPageLabel: words.later,
            pageLabel: (page) => words.which(page, passes.length),
          }}
        />
      ) : null}
      {failed.length > 0 ? (
        <SpaceBetween direction="horizontal" size="xs">
          {failed.map(({ label, status }) => (
            <Button key={label} onClick={() => openInstance(label)}>{`${label}: ${status.toLowerCase()}`}</Button>
          ))}
        </SpaceBetween>
      ) : null}
      {last ? (
        <SpaceBetween size="s">
          <StateRetries retries={last.retries} />
          <ColumnLayout columns={2}>
            <StateData header={words.input} data={last.input} none={words.noInput} />
            <StateData header={words.output} data={last.output} none={words.noOutput} />
          </ColumnLayout>
          <Box color="text-body-secondary" fontSize="body-s">
            {words.hidden}
          </Box>
        </SpaceBetween>
      ) : null}
    </SpaceBetween>
  );
};
