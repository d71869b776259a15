/** All that a deployment on the local cloud has written, place by place, as bytes: for whoever looks for what must not be there. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListBucketsCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import {
  paginateGetExecutionHistory,
  paginateListExecutions,
  paginateListMapRuns,
  paginateListStateMachines,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { LocalHoldfast } from '../../dev/local-holdfast.ts';

export interface Written {
  readonly place: 'table' | 'bucket' | 'history' | 'log' | 'trail' | 'said';
  readonly name: string;
  readonly bytes: Buffer;
}

interface History {
  readonly executionArn: string;
  readonly events: readonly object[];
}

const clientsOf = ({ cloud, place }: LocalHoldfast) => {
  const settings = {
    endpoint: cloud.endpoint,
    region: place.region,
    credentials: cloud.admin.rootAccessKey(place.accountId),
  };
  return {
    dynamo: new DynamoDBClient(settings),
    s3: new S3Client({ ...settings, forcePathStyle: true }),
    sfn: new SFNClient(settings),
  };
};

/** Every execution of every machine and, of each Distributed Map, of its children: all their events. */
export const histories = async (local: LocalHoldfast): Promise<readonly History[]> => {
  const { sfn: client } = clientsOf(local);
  const found: History[] = [];
  const read = async (of: { readonly stateMachineArn: string } | { readonly mapRunArn: string }): Promise<void> => {
    for await (const { executions = [] } of paginateListExecutions({ client }, of))
      for (const { executionArn = '' } of executions) {
        const events: object[] = [];
        for await (const page of paginateGetExecutionHistory({ client }, { executionArn, includeExecutionData: true }))
          events.push(...(page.events ?? []));
        found.push({ executionArn, events });
        for await (const { mapRuns = [] } of paginateListMapRuns({ client }, { executionArn }))
          for (const { mapRunArn = '' } of mapRuns) await read({ mapRunArn });
      }
  };
  for await (const { stateMachines = [] } of paginateListStateMachines({ client }, {}))
    for (const { stateMachineArn = '' } of stateMachines) await read({ stateMachineArn });
  return found;
};

const tables = async ({ dynamo }: ReturnType<typeof clientsOf>, names: readonly string[]): Promise<Written[]> => {
  const found: Written[] = [];
  for (const TableName of names)
    for await (const { Items = [] } of paginateScan({ client: dynamo }, { TableName }))
      for (const item of Items)
        found.push({
          place: 'table',
          name: `${TableName} ${item.pk?.S} ${item.sk?.S ?? ''}`,
          bytes: Buffer.from(JSON.stringify(item)),
        });
  return found;
};

const buckets = async ({ s3 }: ReturnType<typeof clientsOf>): Promise<Written[]> => {
  const found: Written[] = [];
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  for (const { Name: Bucket } of Buckets)
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket }))
      for (const { Key } of Contents) {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
        found.push({ place: 'bucket', name: `${Bucket}/${Key}`, bytes });
      }
  return found;
};

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Logs of functions and access nodes. */
const logs = ({ dataDir }: LocalHoldfast): Written[] =>
  filesBelow(dataDir)
    // those of the table's own store are the table
    .filter((file) => file.endsWith('.log') && !relative(dataDir, file).startsWith('dynamodb'))
    .map((file) => ({ place: 'log', name: relative(dataDir, file), bytes: readFileSync(file) }));

/** `tableNames`: the deployment's. */
export const everythingWritten = async (
  local: LocalHoldfast,
  tableNames: readonly string[],
): Promise<readonly Written[]> => {
  const clients = clientsOf(local);
  const records = await local.cloud.trail.records();
  return [
    ...(await tables(clients, tableNames)),
    ...(await buckets(clients)),
    ...(await histories(local)).map(({ executionArn, events }) => ({
      place: 'history' as const,
      name: executionArn,
      bytes: Buffer.from(JSON.stringify(events)),
    })),
    ...logs(local),
    ...records.map((record) => ({
      place: 'trail' as const,
      name: `${record.recipientAccountId ?? ''} ${record.eventName}`,
      bytes: Buffer.from(JSON.stringify(record)),
    })),
  ];
};

/** As `grep` would, over a whole folder, whatever wrote the files; sparse images of volumes are left out. */
export const filesWith = (folder: string, needles: readonly Buffer[]): string[] =>
  filesBelow(folder)
    .filter((file) => statSync(file).size < 64 * 2 ** 20)
    .filter((file) => {
      const bytes = readFileSync(file);
      return needles.some((needle) => bytes.includes(needle));
    })
    .map((file) => relative(folder, file));
