import { z } from 'zod';
import { type Operation, operation } from '../../kernel/service.ts';
import type { StatesEngine } from '../engine.ts';
import type { JsonObject } from '../json.ts';
import { type EventRecord, keyOf } from '../records.ts';
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
      const events = [...engine.tables.history.entries(keyOf(executionArn, ''))].map(({ value }) => value);
      if (reverseOrder) events.reverse();
      const { items, ...rest } = page(events, paging);
      return { events: items.map((event) => eventOf(event, includeExecutionData)), ...rest };
    },
  }),
];
