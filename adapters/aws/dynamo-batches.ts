import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand, BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { TransientFailure } from '../../core/domain/errors.ts';
import { callOwn } from './classify.ts';
import type { Item, Key } from './dynamo-item.ts';

const KEYS_PER_GET = 100;
const ITEMS_PER_PUT = 25;
/** What a batch leaves unprocessed was throttled: asked for again with full jitter, some 3 s at most in all. */
const ROUNDS = 7;
const LONGEST_PAUSE_MS = 1_000;

const pause = (round: number): Promise<void> => sleep(Math.random() * Math.min(LONGEST_PAUSE_MS, 25 * 2 ** round));

const inRounds = async <T>(
  action: string,
  batch: readonly T[],
  run: (rest: readonly T[]) => Promise<readonly T[]>,
): Promise<void> => {
  let rest = batch;
  for (let round = 0; round < ROUNDS; round++) {
    rest = await callOwn(action, () => run(rest));
    if (rest.length === 0) return;
    await pause(round);
  }
  throw new TransientFailure(`${action}: ${rest.length} items were left unprocessed`);
};

function* chunks<T>(items: readonly T[], size: number): Iterable<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

export const batchGet = async (
  documents: DynamoDBDocumentClient,
  tableName: string,
  keys: readonly Key[],
): Promise<readonly Item[]> => {
  const found: Item[] = [];
  for (const chunk of chunks(keys, KEYS_PER_GET)) {
    await inRounds('dynamodb:BatchGetItem', chunk, async (rest) => {
      const { Responses, UnprocessedKeys } = await documents.send(
        new BatchGetCommand({ RequestItems: { [tableName]: { Keys: [...rest], ConsistentRead: true } } }),
      );
      found.push(...((Responses?.[tableName] ?? []) as Item[]));
      return (UnprocessedKeys?.[tableName]?.Keys ?? []) as Key[];
    });
  }
  return found;
};

export const batchPut = async (
  documents: DynamoDBDocumentClient,
  tableName: string,
  items: readonly Item[],
): Promise<void> => {
  for (const chunk of chunks(items, ITEMS_PER_PUT)) {
    await inRounds('dynamodb:BatchWriteItem', chunk, async (rest) => {
      const { UnprocessedItems } = await documents.send(
        new BatchWriteCommand({ RequestItems: { [tableName]: rest.map((item) => ({ PutRequest: { Item: item } })) } }),
      );
      return (UnprocessedItems?.[tableName] ?? []).map((request) => request.PutRequest?.Item as Item);
    });
  }
};
