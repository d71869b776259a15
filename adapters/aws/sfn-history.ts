/**
 * What an execution's history says of its states. It also holds task tokens, inputs and outputs: of those nothing leaves
 * this file but the instance's id, the names of the executions that were started, and what may be shown of the inputs and
 * outputs of the states that somebody looks at.
 */
import {
  ExecutionDoesNotExist,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { type ShownData, shownData } from '../../core/domain/shown-data.ts';
import { defined } from '../../core/domain/view-fields.ts';
import type { PathState, ShownStates } from '../../core/ports/control.ts';
import { callOwn } from './classify.ts';
import { isFailure, pathError, problemOf } from './sfn-path-errors.ts';

/** A history has 25,000 events at most. */
const PAGE = 1_000;
/** Of one state: what is tried again for long is tried hundreds of times. */
const MOST_RETRIES = 10;

/** `characters`: how many more of inputs and outputs there is room for in the answer. */
export interface Showing extends ShownStates {
  characters: number;
}

export interface History {
  readonly status: string;
  /** The instance that the execution is about, if its input names one. */
  readonly instanceId?: string;
  readonly states: readonly StateOfHistory[];
}

export interface StateOfHistory extends Omit<PathState, 'children'> {
  /** Executions and Map Runs that it started, in order: with retries there are several. */
  readonly started: readonly Started[];
}

export type Started =
  | { readonly kind: 'execution'; readonly executionArn: string }
  | { readonly kind: 'map-run'; readonly mapRunArn: string };

const NO_ROOM: ShownData = { text: '', cut: true };

interface Open {
  readonly name: string;
  readonly enteredAt: number;
  exitedAt?: number;
  error?: { name: string; cause: string };
  failedAt?: number;
  tries?: number;
  readonly retries: { at: number; name: string; cause: string }[];
  input?: ShownData;
  output?: ShownData;
  readonly started: Started[];
}

/** All pages; undefined if there is no such execution, or none any more. */
export const readHistory = async (
  client: SFNClient,
  executionArn: string,
  show?: Showing,
): Promise<History | undefined> => {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  try {
    do {
      const page = await callOwn('states:GetExecutionHistory', () =>
        client.send(
          new GetExecutionHistoryCommand({ executionArn, maxResults: PAGE, ...(nextToken ? { nextToken } : {}) }),
        ),
      );
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  } catch (error) {
    if (error instanceof ExecutionDoesNotExist) return undefined;
    throw error;
  }
  return historyOf(events, show);
};

const ENDS: Readonly<Record<string, string>> = {
  ExecutionSucceeded: 'SUCCEEDED',
  ExecutionFailed: 'FAILED',
  ExecutionTimedOut: 'TIMED_OUT',
  ExecutionAborted: 'ABORTED',
};

/** Events in their order. Pure, but for the room that it takes of `show`. */
export const historyOf = (events: readonly HistoryEvent[], show?: Showing): History => {
  const states: Open[] = [];
  /** By event: the state that it happened in, told by the chain of previous events. */
  const stateAt = new Map<number, Open>();
  let status = 'RUNNING';
  let instanceId: string | undefined;
  const dataOf = (name: string | undefined, json: string | undefined): ShownData | undefined => {
    if (!show || json === undefined || name !== show.state) return undefined;
    if (instanceId !== undefined && show.instanceId !== undefined && instanceId !== show.instanceId) return undefined;
    const data = show.characters > 0 ? shownData(json) : NO_ROOM;
    show.characters -= data.text.length;
    return data;
  };
  for (const event of events) {
    const { id = 0, previousEventId = 0, type = '', timestamp } = event;
    const at = timestamp?.getTime() ?? 0;
    let state = stateAt.get(previousEventId);
    if (type === 'ExecutionStarted') instanceId = instanceOf(event.executionStartedEventDetails?.input);
    else if (event.stateEnteredEventDetails) {
      const { name = '', input } = event.stateEnteredEventDetails;
      state = { name, enteredAt: at, started: [], retries: [], ...defined({ input: dataOf(name, input) }) };
      states.push(state);
    } else if (event.stateExitedEventDetails) {
      const { name, output } = event.stateExitedEventDetails;
      // What leaves a Map or a Parallel follows an event of a branch.
      if (state?.name !== name || state?.exitedAt !== undefined)
        state = states.findLast((each) => each.name === name && each.exitedAt === undefined);
      if (state) Object.assign(state, { exitedAt: at, ...defined({ output: dataOf(name, output) }) });
    } else if (ENDS[type] !== undefined) {
      status = ENDS[type];
      for (const open of states.filter(({ exitedAt }) => exitedAt === undefined)) {
        open.exitedAt = at;
        if (isFailure(type)) open.error ??= pathError(type, problemOf(event));
      }
    } else if (state) note(state, event, at);
    if (state) stateAt.set(id, state);
  }
  return { status, states: states.map(closed), ...(instanceId === undefined ? {} : { instanceId }) };
};

const closed = ({ failedAt: _, retries, ...state }: Open): StateOfHistory => ({
  ...state,
  ...(retries.length > 0 ? { retries } : {}),
});

const note = (state: Open, event: HistoryEvent, at: number): void => {
  const { type = '', mapRunStartedEventDetails, taskSubmittedEventDetails: submitted } = event;
  const mapRunArn = mapRunStartedEventDetails?.mapRunArn;
  const executionArn = submitted?.resourceType === 'states' ? textMember(submitted.output, 'ExecutionArn') : undefined;
  if (mapRunArn !== undefined) state.started.push({ kind: 'map-run', mapRunArn });
  if (executionArn !== undefined) state.started.push({ kind: 'execution', executionArn });
  const { error, failedAt = at } = state;
  if (isFailure(type)) Object.assign(state, { error: pathError(type, problemOf(event)), failedAt: at });
  // It was tried again: what counts is how that goes.
  else if (type.endsWith('Scheduled') || type === 'MapRunStarted') {
    if (error) {
      state.tries = (state.tries ?? 1) + 1;
      state.retries.push({ at: failedAt, ...error });
      if (state.retries.length > MOST_RETRIES) state.retries.shift();
    }
    delete state.error;
  } else if (type.endsWith('Succeeded')) delete state.error;
};

const instanceOf = (input: string | undefined): string | undefined => textMember(input, 'instanceId');

const textMember = (json: string | undefined, member: string): string | undefined => {
  try {
    const value = (JSON.parse(json ?? 'null') as Record<string, unknown> | null)?.[member];
    return typeof value === 'string' ? value : undefined;
  } catch {
    // Cut off by Step Functions: it was longer than a history shows.
    return undefined;
  }
};
