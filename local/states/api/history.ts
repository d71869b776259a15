import { z } from 'zod';
import { type Operation, operation } from '../../kernel/service.ts';
import type { StatesEngine } from '../engine.ts';
import type { JsonObject } from '../json.ts';
import { type EventRecord, eventKey } from '../records.ts';
import { executionOf } from './executions.ts';
import { arn, maxResults, nextToken, page, permit, seconds } from './shared.ts';

/** The member of an event that holds its details: `taskScheduledEventDetails`, one for all states entered, … */
const detailsMember = (type: string): string => {
  if (type.endsWith('StateEntered')) return 'stateEnteredEventDetails';
  if (type.endsWith('StateExited')) return 'stateExitedEventDetails';
  return `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`;
};

const documents = ['input', 'output', 'parameters', 'assignedVariables'];

const eventOf = (event: EventRecord, withData: boolean): JsonObject => {
  const { id, previousEventId, timestamp, type } = event;
  const details: JsonObject = {};
  for (const [name, value] of Object.entries(event.details ?? {})) {
    if (withData || !documents.includes(name)) details[name] = value;
    if (withData && name !== 'parameters' && documents.includes(name)) details[`${name}Details`] = { truncated: false };
  }
  return {
    timestamp: seconds(timestamp),
    type,
    id,
    previousEventId,
    ...(Object.keys(details).length > 0 ? { [detailsMember(type)]: details } : {}),
  };
};

/** Ids count up by one, so that the last is found without reading the whole history. */
const lastId = (engine: StatesEngine, executionArn: string): number => {
  const has = (id: number): boolean => engine.tables.history.get(eventKey(executionArn, id)) !== undefined;
  let known = 0;
  for (let step = 1; step >= 1; ) {
    if (has(known + step)) {
      known += step;
      step *= 2;
    } else step = Math.floor(step / 2);
  }
  return known;
};

export const historyOperations = (engine: StatesEngine): Operation[] => [
  operation({
    name: 'GetExecutionHistory',
    input: z.strictObject({
      executionArn: arn,
      maxResults,
      nextToken,
      reverseOrder: z.boolean().optional(),
      includeExecutionData: z.boolean().optional(),
    }),
    access: ({ executionArn }) => [permit('GetExecutionHistory', executionArn)],
    run({ executionArn, reverseOrder, includeExecutionData = true, ...paging }) {
      executionOf(engine, executionArn);
      const last = lastId(engine, executionArn);
      const ids = Array.from({ length: last }, (_, index) => (reverseOrder ? last - index : index + 1));
      const { items, ...rest } = page(ids, paging);
      const events = items.flatMap((id) => engine.tables.history.get(eventKey(executionArn, id)) ?? []);
      return { events: events.map((event) => eventOf(event, includeExecutionData)), ...rest };
    },
  }),
];
