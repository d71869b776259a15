import { gunzipSync } from 'node:zlib';
import { s3Names } from '../integrations/call-errors.ts';
import { callService } from '../integrations/task-call.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { parseCsv, rowsToItems } from './csv.ts';
import type { ItemReader } from './definition.ts';
import { StateFailure } from './errors.ts';
import { numberOf } from './map-fields.ts';
import type { StateContext } from './state-context.ts';

const delimiters = { COMMA: ',', PIPE: '|', SEMICOLON: ';', SPACE: ' ', TAB: '\t' } as const;

/** AWS takes no more items than this from one dataset. */
const MOST_ITEMS = 100_000_000;

const readerFailed = (cause: string): StateFailure => new StateFailure('States.ItemReaderFailed', cause);

/** Reads a distributed Map's items from S3. Everything that goes wrong is States.ItemReaderFailed, as in AWS. */
export const readItems = async (context: StateContext, reader: ItemReader, attemptId: string): Promise<Json[]> => {
  const args = (await context.evaluate(reader.Arguments ?? {}, 'ItemReader/Arguments')) as JsonObject;
  const config = reader.ReaderConfig ?? {};
  const most = await numberOf(context, config.MaxItems, 'ItemReader/ReaderConfig/MaxItems', 0);
  if (most < 0) throw readerFailed('field MaxItems must be positive');
  const limit = most === 0 ? MOST_ITEMS : Math.min(most, MOST_ITEMS);
  const call = async (operation: string, input: JsonObject): Promise<unknown> => {
    try {
      const region = context.run.record.arn.split(':')[3] ?? '';
      return await callService({ context, region, attemptId }, 's3', operation, input, s3Names);
    } catch (error) {
      if (error instanceof StateFailure) throw readerFailed(error.failure.cause ?? error.message);
      throw error;
    }
  };
  if (reader.Resource.endsWith('listObjectsV2')) return listObjects(call, args, limit);
  const read = async (place: JsonObject): Promise<Buffer> => {
    const { Body = [] } = (await call('GetObject', place)) as { Body?: Uint8Array | AsyncIterable<Uint8Array> };
    if (Body instanceof Uint8Array) return Buffer.from(Body);
    const chunks: Uint8Array[] = [];
    for await (const chunk of Body) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const body = await read(args);
  switch (config.InputType) {
    case 'CSV':
      return csvItems(body.toString(), config).slice(0, limit);
    case 'JSONL':
      return body
        .toString()
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(0, limit)
        .map(parseLine);
    case 'MANIFEST':
      return (await inventoryItems(body, args, read)).slice(0, limit);
    default:
      return jsonItems(body.toString()).slice(0, limit);
  }
};

const parseLine = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw readerFailed(`Attempting to parse the dataset as JSON failed: ${(error as Error).message}`);
  }
};

const jsonItems = (text: string): Json[] => {
  const value = parseLine(text);
  if (!Array.isArray(value)) throw readerFailed('Attempting to map over non-iterable node.');
  return value;
};

const csvItems = (text: string, config: NonNullable<ItemReader['ReaderConfig']>): Json[] => {
  const rows = parseCsv(text, delimiters[config.CSVDelimiter ?? 'COMMA']);
  const headers = config.CSVHeaderLocation === 'GIVEN' ? [...(config.CSVHeaders ?? [])] : (rows.shift() ?? []);
  if (new Set(headers).size < headers.length) throw readerFailed('CSV headers cannot contain duplicates.');
  return rowsToItems(headers, rows);
};

/** An S3 inventory: the manifest names gzipped CSV files, whose columns it gives in `fileSchema`. */
const inventoryItems = async (
  body: Buffer,
  args: JsonObject,
  read: (place: JsonObject) => Promise<Buffer>,
): Promise<Json[]> => {
  const manifest = parseLine(body.toString());
  if (!isObject(manifest) || manifest.fileFormat !== 'CSV' || !Array.isArray(manifest.files)) {
    throw readerFailed('The manifest is not that of an S3 inventory in CSV format.');
  }
  const headers = String(manifest.fileSchema)
    .split(',')
    .map((name) => name.trim());
  const items: Json[] = [];
  for (const file of manifest.files) {
    if (!isObject(file)) throw readerFailed('The manifest lists a file without a key.');
    const content = gunzipSync(await read({ ...args, Key: file.key ?? null })).toString();
    items.push(...rowsToItems(headers, parseCsv(content)));
  }
  return items;
};

interface Listing {
  readonly Contents?: readonly ListedObject[];
  readonly NextContinuationToken?: string;
}
interface ListedObject {
  readonly Key: string;
  readonly ETag: string;
  readonly LastModified: string | number | Date;
  readonly Size: number | string;
  readonly StorageClass?: string;
}

const listObjects = async (
  call: (operation: string, input: JsonObject) => Promise<unknown>,
  args: JsonObject,
  limit: number,
): Promise<Json[]> => {
  const items: Json[] = [];
  let token: string | undefined;
  do {
    const page = (await call('ListObjectsV2', token ? { ...args, ContinuationToken: token } : args)) as Listing;
    for (const found of page.Contents ?? []) {
      items.push({
        Etag: found.ETag,
        Key: found.Key,
        LastModified: Math.floor(new Date(found.LastModified).getTime() / 1000),
        Size: Number(found.Size),
        StorageClass: found.StorageClass ?? 'STANDARD',
      });
    }
    token = page.NextContinuationToken;
  } while (token && items.length < limit);
  return items.slice(0, limit);
};
