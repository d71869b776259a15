import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { clockTime, duration, secondsBetween } from '../../cli/units.ts';
import { branchOf, outcomeOf, type Part, type Passed, passesOf } from '../graph/path.ts';
import { texts } from '../texts.ts';
import { causeWords, OutcomeWords } from './outcome.tsx';

const words = texts.job.path;

interface Props {
  readonly states: readonly Passed[];
  readonly instance: string | null;
  /** Of the graph: `Map/state` within a Map. */
  readonly chosen: string | null;
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

export const ChosenState = ({ states, instance, chosen, parts, openPart, openInstance }: Props) => {
  if (chosen === null) return <Box color="text-body-secondary">{words.choose}</Box>;
  const name = chosen.split('/').at(-1) ?? '';
  const passes = findPasses(chosen, states, instance);
  const last = passes.at(-1);
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
            ...(passes.length > 1 ? [{ label: words.state, value: words.times(passes.length) }] : []),
            ...(last.error ? [{ label: last.error.name, value: causeWords(last.error.cause) }] : []),
          ]}
        />
      ) : (
        <Box color="text-body-secondary">{words.notEntered}</Box>
      )}
      {failed.length > 0 ? (
        <SpaceBetween direction="horizontal" size="xs">
          {failed.map(({ label, status }) => (
            <Button key={label} onClick={() => openInstance(label)}>{`${label}: ${status.toLowerCase()}`}</Button>
          ))}
        </SpaceBetween>
      ) : null}
    </SpaceBetween>
  );
};
