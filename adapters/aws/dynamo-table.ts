/**
 * One DynamoDB table as conditional writes and consistent reads. On the plain DocumentClient and not on an entity
 * library (electrodb): the records' types are the core's own unions, which such a library would have us write a second
 * time as its schema; and a record that spreads over several items (dynamo-point-volumes.ts) is beyond it.
 */
import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { attemptsOf, callOwn } from './classify.ts';
import { batchGet, batchPut } from './dynamo-batches.ts';
import { type Change, type Condition, changeExpression, conditionExpression } from './dynamo-expressions.ts';
import type { Item, Key } from './dynamo-item.ts';

export interface Rows {
  readonly items: readonly Item[];
  /** Sort key to go on after; absent at the end. */
  readonly last?: string;
}

export interface Table {
  get(key: Key): Promise<Item | undefined>;
  /** Those that exist, in no order; any number. */
  getMany(keys: readonly Key[]): Promise<readonly Item[]>;
  /** False if there is an item of that key. */
  create(key: Key, fields: object): Promise<boolean>;
  /** The whole item anew; false if there is none of that key, or the condition refuses. */
  replace(key: Key, fields: object, condition?: Condition): Promise<boolean>;
  /** Creates or replaces, without a condition; any number. */
  putMany(items: readonly Item[]): Promise<void>;
  /** The item after the change (or before it), or undefined if it is absent or the condition refuses. */
  update(key: Key, change: Change, condition?: Condition, answer?: 'after' | 'before'): Promise<Item | undefined>;
  /** Like `update`, but an absent item is made. */
  upsert(key: Key, change: Change, condition?: Condition): Promise<Item | undefined>;
  /** Idempotent; an item that the condition does not fit stays. */
  delete(key: Key, condition?: Condition): Promise<void>;
  /** One page of a partition, in order of the sort key, or backwards. */
  rows(pk: string, page: { limit: number; after?: string; prefix?: string; descending?: boolean }): Promise<Rows>;
  /** All of a partition whose sort key starts with `prefix`. */
  all(pk: string, prefix?: string): Promise<readonly Item[]>;
}

const ifThere = (condition: Condition | undefined): Condition => ({
  text: condition ? `attribute_exists(#pk) AND (${condition.text})` : 'attribute_exists(#pk)',
  values: condition?.values ?? {},
});

export const createTable = (client: DynamoDBClient, tableName: string): Table => {
  const documents = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });

  const get = async (key: Key): Promise<Item | undefined> => {
    const { Item } = await callOwn('dynamodb:GetItem', () =>
      documents.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true })),
    );
    return Item as Item | undefined;
  };

  /**
   * A refused condition is an answer. But when the SDK sent the request twice, it may be our own first write that
   * refuses the second: each write leaves its id on the item, which tells.
   */
  const decided = async (
    key: Key,
    writeId: string,
    write: () => Promise<Item | undefined>,
  ): Promise<Item | undefined> => {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      if (attemptsOf(error) === 1) return undefined;
      const there = await get(key);
      return there?.writeId === writeId ? there : undefined;
    }
  };

  const change = (key: Key, what: Change, condition: Condition | undefined, answer: 'after' | 'before') => {
    const writeId = randomUUID();
    const expression = changeExpression({ ...what, set: { ...what.set, writeId } }, condition);
    return decided(key, writeId, async () => {
      const { Attributes } = await callOwn('dynamodb:UpdateItem', () =>
        documents.send(
          new UpdateCommand({
            TableName: tableName,
            Key: key,
            ...expression,
            ReturnValues: answer === 'after' ? 'ALL_NEW' : 'ALL_OLD',
          }),
        ),
      );
      return (Attributes ?? key) as Item;
    });
  };

  const rows: Table['rows'] = async (pk, { limit, after, prefix = '', descending = false }) => {
    const { Items, LastEvaluatedKey } = await callOwn('dynamodb:Query', () =>
      documents.send(
        new QueryCommand({
          TableName: tableName,
          ConsistentRead: true,
          Limit: limit,
          ScanIndexForward: !descending,
          KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
          ExpressionAttributeValues: { ':pk': pk, ...(prefix === '' ? {} : { ':prefix': prefix }) },
          ...(after === undefined ? {} : { ExclusiveStartKey: { pk, sk: after } }),
        }),
      ),
    );
    const last = LastEvaluatedKey?.sk as string | undefined;
    return { items: (Items ?? []) as Item[], ...(last === undefined ? {} : { last }) };
  };

  const put = async (key: Key, fields: object, condition: Condition): Promise<boolean> => {
    const writeId = randomUUID();
    const made = await decided(key, writeId, async () => {
      await callOwn('dynamodb:PutItem', () =>
        documents.send(
          new PutCommand({
            TableName: tableName,
            Item: { ...fields, ...key, writeId },
            ...conditionExpression(condition),
          }),
        ),
      );
      return { ...key };
    });
    return made !== undefined;
  };

  return {
    get,
    getMany: (keys) => batchGet(documents, tableName, keys),
    putMany: (items) => batchPut(documents, tableName, items),
    create: (key, fields) => put(key, fields, { text: 'attribute_not_exists(#pk)' }),
    replace: (key, fields, condition) => put(key, fields, ifThere(condition)),
    update: (key, what, condition, answer = 'after') => change(key, what, ifThere(condition), answer),
    upsert: (key, what, condition) => change(key, what, condition, 'after'),
    async delete({ pk, sk }, condition) {
      const expression = condition ? conditionExpression(condition) : {};
      try {
        await callOwn('dynamodb:DeleteItem', () =>
          documents.send(new DeleteCommand({ TableName: tableName, Key: { pk, sk }, ...expression })),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
    rows,
    async all(pk, prefix = '') {
      const items: Item[] = [];
      let after: string | undefined;
      do {
        const page = await rows(pk, { limit: 1_000, prefix, ...(after === undefined ? {} : { after }) });
        items.push(...page.items);
        after = page.last;
      } while (after !== undefined);
      return items;
    },
  };
};
