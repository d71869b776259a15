import type { DynaliteTable } from 'dynalite/db/index.js';
import type { Checked } from './engine.ts';

type AttributeValue = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, AttributeValue>>;

const scalar = (value: AttributeValue | undefined): string[] => {
  const [inner] = Object.values(value ?? {});
  return typeof inner === 'string' ? [inner] : [];
};

const hashKeyOf = (table: DynaliteTable, indexName: unknown): string => {
  const indexes = [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])];
  const index = indexes.find((other) => other.IndexName === indexName);
  return (index ?? table).KeySchema[0]?.AttributeName ?? '';
};

interface Condition {
  readonly ComparisonOperator: string;
  readonly AttributeValueList?: readonly AttributeValue[];
}

interface TableRequest {
  readonly Keys?: readonly Item[];
}

interface WriteRequest {
  readonly PutRequest?: { readonly Item: Item };
  readonly DeleteRequest?: { readonly Key: Item };
}

/**
 * The partition key values that an operation touches, for conditions on `dynamodb:LeadingKeys`. A scan names none:
 * as on AWS, `ForAllValues` then holds, so policies must not allow Scan.
 */
export const leadingKeys = (operation: string, data: Checked, table: DynaliteTable): string[] => {
  const hashKey = hashKeyOf(table, data.IndexName);
  switch (operation) {
    case 'PutItem':
      return scalar((data.Item as Item)[hashKey]);
    case 'GetItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return scalar((data.Key as Item)[hashKey]);
    case 'Query': {
      const condition = (data.KeyConditions as Readonly<Record<string, Condition>>)[hashKey];
      return condition?.ComparisonOperator === 'EQ' ? scalar(condition.AttributeValueList?.[0]) : [];
    }
    case 'BatchGetItem': {
      const request = (data.RequestItems as Readonly<Record<string, TableRequest>>)[table.TableName];
      return [...new Set(request?.Keys?.flatMap((key) => scalar(key[hashKey])))];
    }
    case 'BatchWriteItem': {
      const requests = (data.RequestItems as Readonly<Record<string, readonly WriteRequest[]>>)[table.TableName] ?? [];
      return [
        ...new Set(
          requests.flatMap(({ PutRequest, DeleteRequest }) =>
            scalar((PutRequest?.Item ?? DeleteRequest?.Key)?.[hashKey]),
          ),
        ),
      ];
    }
    default:
      return [];
  }
};
