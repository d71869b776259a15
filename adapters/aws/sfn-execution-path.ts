import { type ExecutionListItem, ListExecutionsCommand, ResourceNotFound, type SFNClient } from '@aws-sdk/client-sfn';
import type { ExecutionPath, PathState, ShownStates } from '../../core/ports/control.ts';
import { inParallel } from '../../core/ports/in-parallel.ts';
import { callOwn } from './classify.ts';
import { type History, readHistory, type Started, type StateOfHistory } from './sfn-history.ts';

/** Of one Map; those that failed come first where there are more. */
const MOST_CHILDREN = 50;
/** Of one path. Step Functions answers about 20 histories a second, and whoever asks waits for them. */
const MOST_HISTORIES = 100;
/** Of inputs and outputs in one path: what a Lambda function answers has 6 MB at most. */
const MOST_CHARACTERS = 1_000_000;
/** The children of Maps and the machines that were run; and the machines that those ran. */
const DEPTH = 2;
const WIDTH = 5;

type Child = NonNullable<PathState['children']>[number];

/** Errors: TransientFailure. */
export const readPath = async (
  client: SFNClient,
  executionArn: string,
  shown?: ShownStates,
): Promise<ExecutionPath | undefined> => {
  const show = shown && { ...shown, characters: MOST_CHARACTERS };
  const read = (arn: string): Promise<History | undefined> => readHistory(client, arn, show);
  const history = await read(executionArn);
  if (!history) return undefined;
  const budget = { histories: MOST_HISTORIES };
  const [states] = await below({ client, read }, [history], DEPTH, budget);
  return { executionArn, status: history.status, states: states ?? [] };
};

interface Reader {
  readonly client: SFNClient;
  read(executionArn: string): Promise<History | undefined>;
}

interface Asked {
  readonly state: StateOfHistory;
  readonly executionArn: string;
  readonly name: string;
}

/** The states of each history with what they started; level by level, so that the budget goes to the upper one first. */
const below = async (
  reader: Reader,
  histories: readonly History[],
  depth: number,
  budget: { histories: number },
): Promise<PathState[][]> => {
  const all = histories.flatMap(({ states }) => states);
  const starting = depth === 0 ? [] : all.filter(({ started }) => started.length > 0);
  const asked = (await inParallel(starting, WIDTH, (state) => childrenOf(reader.client, state))).flat();
  const within = asked.slice(0, budget.histories);
  budget.histories -= within.length;
  const read = await inParallel(within, WIDTH, ({ executionArn }) => reader.read(executionArn));
  const found = within.flatMap((each, index) => {
    const history = read[index];
    return history ? [{ ...each, history }] : [];
  });
  const paths =
    found.length === 0
      ? []
      : await below(
          reader,
          found.map(({ history }) => history),
          depth - 1,
          budget,
        );
  const children = new Map<StateOfHistory, Child[]>();
  for (const [index, { state, name, history }] of found.entries()) {
    const child = { label: history.instanceId ?? name, status: history.status, states: paths[index] ?? [] };
    children.set(state, [...(children.get(state) ?? []), child]);
  }
  return histories.map(({ states }) => states.map((state) => pathState(state, children.get(state))));
};

const pathState = ({ started: _, ...state }: StateOfHistory, children: Child[] | undefined): PathState => ({
  ...state,
  ...(children ? { children } : {}),
});

const childrenOf = async (client: SFNClient, state: StateOfHistory): Promise<Asked[]> => {
  const lists = await Promise.all(state.started.map((started) => executionsOf(client, started)));
  return lists.flat().map((each) => ({ state, ...each }));
};

const executionsOf = async (
  client: SFNClient,
  started: Started,
): Promise<{ readonly executionArn: string; readonly name: string }[]> => {
  if (started.kind === 'execution')
    return [{ executionArn: started.executionArn, name: started.executionArn.split(':').at(-1) ?? '' }];
  const { mapRunArn } = started;
  const { executions, isAll } = await list(client, mapRunArn);
  const failed = isAll ? [] : (await list(client, mapRunArn, 'FAILED')).executions;
  const known = new Map([...failed, ...executions].map((each) => [each.executionArn ?? '', each]));
  return [...known.values()]
    .slice(0, MOST_CHILDREN)
    .sort((a, b) => (a.startDate?.getTime() ?? 0) - (b.startDate?.getTime() ?? 0))
    .map(({ executionArn = '', name = '' }) => ({ executionArn, name }));
};

const list = async (
  client: SFNClient,
  mapRunArn: string,
  statusFilter?: 'FAILED',
): Promise<{ readonly executions: readonly ExecutionListItem[]; readonly isAll: boolean }> => {
  try {
    const { executions = [], nextToken } = await callOwn('states:ListExecutions', () =>
      client.send(
        new ListExecutionsCommand({
          mapRunArn,
          maxResults: MOST_CHILDREN,
          ...(statusFilter === undefined ? {} : { statusFilter }),
        }),
      ),
    );
    return { executions, isAll: nextToken === undefined };
  } catch (error) {
    // The Map Run has only just been announced, or is older than Step Functions remembers.
    if (error instanceof ResourceNotFound) return { executions: [], isAll: true };
    throw error;
  }
};
