import { s3Names } from '../integrations/call-errors.ts';
import { callService } from '../integrations/task-call.ts';
import type { Json, JsonObject } from '../json.ts';
import type { ExecutionRecord, ExecutionStatus } from '../records.ts';
import type { ResultWriter } from './definition.ts';
import { StateFailure } from './errors.ts';
import type { StateContext } from './state-context.ts';

/** A child as ResultWriter describes it: members in alphabetical order, documents as JSON text. */
const described = (child: ExecutionRecord): JsonObject => {
  const failed = child.status !== 'SUCCEEDED';
  const members: [string, Json | undefined][] = [
    ['Cause', child.cause],
    ['Error', child.error],
    ['ExecutionArn', child.arn],
    ['Input', child.input],
    ['InputDetails', { Included: true }],
    ['Name', child.name],
    ['Output', child.output],
    ['OutputDetails', child.output === undefined ? undefined : { Included: true }],
    ['RedriveCount', 0],
    ['RedriveStatus', failed ? 'REDRIVABLE' : 'NOT_REDRIVABLE'],
    ['RedriveStatusReason', failed ? undefined : 'Execution is SUCCEEDED and cannot be redriven'],
    ['StartDate', new Date(child.startDate).toISOString()],
    ['StateMachineArn', child.machineArn],
    ['Status', child.status],
    ['StopDate', child.stopDate === undefined ? undefined : new Date(child.stopDate).toISOString()],
  ];
  return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== undefined));
};

/** Results in the form that WriterConfig asks for; a failed child is always described. */
export const transformed = (
  children: readonly ExecutionRecord[],
  transformation: 'NONE' | 'COMPACT' | 'FLATTEN',
): Json[] =>
  children.flatMap((child): Json[] => {
    if (child.status !== 'SUCCEEDED' || transformation === 'NONE') return [described(child)];
    const output = JSON.parse(child.output ?? 'null') as Json;
    return transformation === 'FLATTEN' && Array.isArray(output) ? output : [output];
  });

/** Writes a Map Run's results to S3; the Map's result then only tells where. */
export const writeResults = async (
  context: StateContext,
  writer: ResultWriter,
  mapRunArn: string,
  children: readonly ExecutionRecord[],
  attemptId: string,
): Promise<Json> => {
  const { Bucket = null, Prefix = '' } = (await context.evaluate(
    writer.Arguments ?? {},
    'ResultWriter/Arguments',
  )) as JsonObject;
  const folder = `${withSlash(String(Prefix))}${mapRunArn.split(':').at(-1)}`;
  const { Transformation = 'NONE', OutputType = 'JSON' } = writer.WriterConfig ?? {};
  const region = context.run.record.arn.split(':')[3] ?? '';
  const put = async (key: string, text: string): Promise<JsonObject> => {
    const body = Buffer.from(text);
    try {
      await callService({ context, region, attemptId }, 's3', 'PutObject', { Bucket, Key: key, Body: body }, s3Names);
    } catch (error) {
      if (error instanceof StateFailure) throw new StateFailure('States.ResultWriterFailed', error.failure.cause);
      throw error;
    }
    return { Key: key, Size: body.length };
  };
  const write = async (status: string, has: (status: ExecutionStatus) => boolean): Promise<JsonObject[]> => {
    const found = children.filter((child) => has(child.status));
    if (found.length === 0) return [];
    const results = transformed(found, Transformation);
    const text =
      OutputType === 'JSONL' ? `${results.map((line) => JSON.stringify(line)).join('\n')}\n` : JSON.stringify(results);
    return [await put(`${folder}/${status}_0.${OutputType.toLowerCase()}`, text)];
  };
  const manifest = {
    DestinationBucket: Bucket,
    MapRunArn: mapRunArn,
    ResultFiles: {
      FAILED: await write('FAILED', (status) => status === 'FAILED' || status === 'TIMED_OUT'),
      PENDING: await write('PENDING', (status) => status === 'ABORTED' || status === 'RUNNING'),
      SUCCEEDED: await write('SUCCEEDED', (status) => status === 'SUCCEEDED'),
    },
  };
  const key = `${folder}/manifest.json`;
  await put(key, JSON.stringify(manifest));
  return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket, Key: key } };
};

const withSlash = (prefix: string): string => (prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`);
