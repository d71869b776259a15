import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Access, type Call, type Operation, operation } from '../kernel/service.ts';
import { type Checked, type Engine, parametersOf } from './engine.ts';
import { leadingKeys } from './leading-keys.ts';

/** Parameters that dynalite does not know and that are acted upon, or mean nothing, here. */
const FURTHER: Readonly<Record<string, readonly string[]>> = {
  PutItem: ['ReturnValuesOnConditionCheckFailure'],
  UpdateItem: ['ReturnValuesOnConditionCheckFailure'],
  DeleteItem: ['ReturnValuesOnConditionCheckFailure'],
  // All reads are consistent.
  Scan: ['ConsistentRead'],
};

export const OPERATION_NAMES = [
  'CreateTable',
  'DescribeTable',
  'UpdateTable',
  'DeleteTable',
  'ListTables',
  'PutItem',
  'GetItem',
  'UpdateItem',
  'DeleteItem',
  'Query',
  'Scan',
  'BatchGetItem',
  'BatchWriteItem',
];

type Input = Record<string, unknown>;

const tableNames = (data: Checked): string[] =>
  data.RequestItems === undefined
    ? [String(data.TableName)]
    : Object.keys(data.RequestItems as Readonly<Record<string, unknown>>);

const valueOrAbsent = (value: unknown): string | readonly string[] => (typeof value === 'string' ? value : []);

export const createOperation = (name: string, engineOf: (call: Call) => Engine): Operation => {
  const names = [...parametersOf(name), ...(FURTHER[name] ?? [])];
  const checked = new WeakMap<Input, Checked>();

  /** Checked once for each call, though permissions and effect both look at it. */
  const check = (input: Input, call: Call): Checked => {
    const known = checked.get(input);
    if (known) return known;
    const { ReturnValuesOnConditionCheckFailure: _, ...rest } = input;
    const data = engineOf(call).check(name, rest);
    checked.set(input, data);
    return data;
  };

  return operation<Input, Record<string, unknown>>({
    name,
    input: z.strictObject(Object.fromEntries(names.map((parameter) => [parameter, z.unknown().optional()]))),
    redact: ['Item', 'RequestItems', 'ExpressionAttributeValues', 'AttributeUpdates', 'Expected'],
    async access(input, call): Promise<Access[]> {
      if (name === 'ListTables') return [{ action: 'dynamodb:ListTables', resource: '*' }];
      const data = check(input, call);
      return Promise.all(
        tableNames(data).map(async (tableName): Promise<Access> => {
          const table = await engineOf(call).table(tableName);
          const arn = `arn:aws:dynamodb:${call.region}:${call.accountId}:table/${tableName}`;
          return {
            action: `dynamodb:${name}`,
            resource: data.IndexName === undefined ? arn : `${arn}/index/${String(data.IndexName)}`,
            context: {
              'dynamodb:LeadingKeys': table ? leadingKeys(name, data, table) : [],
              'dynamodb:Select': valueOrAbsent(data.Select),
              'dynamodb:ReturnValues': valueOrAbsent(data.ReturnValues),
              'dynamodb:ReturnConsumedCapacity': valueOrAbsent(data.ReturnConsumedCapacity),
              'dynamodb:EnclosingOperation': [],
            },
          };
        }),
      );
    },
    async run(input, call) {
      const engine = engineOf(call);
      const data = check(input, call);
      try {
        return await engine.run(name, data);
      } catch (error) {
        throw input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' ? await withItem(engine, data, error) : error;
      }
    },
  });
};

/** A failed condition with the item that failed it, which is read afterwards: dynalite does not give it. */
const withItem = async (engine: Engine, data: Checked, error: unknown): Promise<unknown> => {
  if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException') return error;
  const table = await engine.table(String(data.TableName));
  const source = (data.Key ?? data.Item) as Record<string, unknown>;
  const Key = Object.fromEntries(table?.KeySchema.map(({ AttributeName: name }) => [name, source[name]]) ?? []);
  const { Item } = await engine.run('GetItem', { TableName: data.TableName, Key });
  // The error's body is JSON, where a detail may as well be an object.
  return Item === undefined
    ? error
    : new AwsError(error.code, error.message, error.status, { Item: Item as unknown as string });
};
