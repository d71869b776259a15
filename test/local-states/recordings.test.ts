import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { AwsError } from '../../local/kernel/errors.ts';
import { ACCOUNT, type HistoryEvent, REGION, TestCloud } from './fake-cloud.ts';
import { difference } from './matching.ts';
import { standIns } from './recorded-services.ts';

/** Cases that this interpreter does not run as recorded, and why. At most five. */
const unsupported: Readonly<Record<string, string>> = {};

/** What AWS has changed since a case was recorded. */
const outdated: Readonly<Record<string, { reason: string; ignore: (event: Record<string, unknown>) => boolean }>> = {
  'map-distributed/map-state-legacy-config-distributed': {
    reason:
      'until mid-2024 MapStateExited pointed at MapRunSucceeded; every recording since then points at MapRunStarted',
    ignore: ({ type }) => type === 'MapStateExited',
  },
};

interface RecordedCase {
  readonly name: string;
  readonly queryLanguage: string;
  readonly definition: unknown;
  readonly machineType?: string;
  readonly input: unknown;
  readonly tasks?: Record<string, Record<string, unknown>>;
  readonly s3?: Record<string, Record<string, string>>;
  readonly expected: {
    readonly status: string;
    readonly output: unknown;
    readonly error: string | null;
    readonly cause: unknown;
    readonly events: readonly Record<string, unknown>[] | null;
    readonly eventsNormalised?: boolean;
    readonly rejection?: { operation: string; error?: string; message?: string; diagnostics?: unknown };
  };
}

const root = resolve(import.meta.dirname, '../..');
const given = process.env.HOLDFAST_ASL_RECORDINGS ?? resolve(root, '../shared/aws-recorded/asl');
const folder = existsSync(given) ? given : undefined;

const load = (from: string): RecordedCase[] =>
  readdirSync(from, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('jsonpath') && entry.name !== 'mixed')
    .flatMap(({ name }) => readdirSync(join(from, name)).map((file) => join(from, name, file)))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as RecordedCase)
    .filter(({ queryLanguage }) => queryLanguage === 'JSONata' || queryLanguage === 'neutral');

/** The recordings' symbols as ARNs and URLs, and back. */
const symbols: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w:])(no_such_)?lambda:(\w+)/g, `arn:aws:lambda:${REGION}:${ACCOUNT}:function:$1$2`],
  [/(?<![\w:])activity:activity/g, `arn:aws:states:${REGION}:${ACCOUNT}:activity:activity`],
];
const toArns = (value: unknown): string =>
  symbols
    .reduce(
      (text, [symbol, arn]) => text.replace(symbol, arn),
      JSON.stringify(value).replace(/arn:aws:states:::lambda/g, '@@'),
    )
    .replace(/@@/g, 'arn:aws:states:::lambda');
const toSymbols = (text: string): string =>
  text
    .replaceAll(`arn:aws:lambda:${REGION}:${ACCOUNT}:function:`, 'lambda:')
    .replaceAll(`arn:aws:states:${REGION}:${ACCOUNT}:activity:`, 'activity:');

/** An event as the recordings have it: flat, documents parsed, without times, roles and regions. */
const flat = ({ id, previousEventId, type, timestamp: _, ...details }: HistoryEvent): Record<string, unknown> => {
  const result: Record<string, unknown> = { type, id, previousEventId };
  const parse = (text: unknown): unknown => JSON.parse(String(text));
  for (const [name, value] of Object.entries(Object.assign({}, ...Object.values(details)) as Record<string, unknown>)) {
    if (name.endsWith('Details') || name === 'roleArn' || name === 'region') continue;
    if (['input', 'output', 'parameters'].includes(name)) result[name] = parse(value);
    else if (name === 'assignedVariables') {
      result[name] = Object.fromEntries(Object.entries(value as object).map(([key, text]) => [key, parse(text)]));
    } else result[name] = value;
  }
  return result;
};

const check = async (recorded: RecordedCase): Promise<string | undefined> => {
  const cloud = new TestCloud();
  try {
    const { expected, tasks = {}, s3 = {} } = recorded;
    const work = standIns(cloud, tasks, s3);
    if (expected.rejection) return await checkRejection(cloud, recorded);
    if (Object.keys(tasks).some((symbol) => symbol.startsWith('activity:'))) {
      await cloud.api('CreateActivity', { name: 'activity' });
    }
    const machine = await cloud.create('recorded', toArns(recorded.definition), recorded.machineType);
    const executionArn = await cloud.startExecution(machine, JSON.parse(toArns(recorded.input)));
    await work();
    const described = await cloud.finish(executionArn);
    const actual = {
      status: described.status,
      output: described.output === undefined ? null : JSON.parse(toSymbols(described.output)),
      error: described.error ?? null,
      cause: described.cause === undefined ? null : toSymbols(described.cause),
    };
    const { status, output, error, cause, events } = expected;
    const found = difference({ status, output, error, cause }, actual);
    if (found) return found;
    const mine = JSON.parse(toSymbols(JSON.stringify((await cloud.history(executionArn)).map(flat))));
    return compareEvents(recorded, events ?? [], mine);
  } finally {
    await cloud.close();
  }
};

const compareEvents = (
  { name, expected }: RecordedCase,
  events: readonly Record<string, unknown>[],
  mine: readonly Record<string, unknown>[],
): string | undefined => {
  if (expected.events === null) return undefined;
  if (expected.eventsNormalised) {
    const bare = ({ id, previousEventId, ...rest }: Record<string, unknown>): Record<string, unknown> => rest;
    const lost = events.find((event) => !mine.some((own) => difference(bare(event), bare(own)) === undefined));
    return lost && `no event like ${JSON.stringify(lost)}`;
  }
  const soft = outdated[name];
  for (const [index, event] of events.entries()) {
    const own = mine[index];
    const [a, b] = soft?.ignore(event) ? [event, own].map((e) => ({ ...e, previousEventId: 0 })) : [event, own];
    const found = difference(a, b, `event ${index + 1}`);
    if (found) return found;
  }
  return events.length === mine.length ? undefined : `${mine.length} events instead of ${events.length}`;
};

const checkRejection = async (cloud: TestCloud, { definition, machineType, expected }: RecordedCase) => {
  const { rejection } = expected;
  const text = toArns(definition);
  if (rejection?.operation === 'ValidateStateMachineDefinition') {
    const answer = await cloud.api('ValidateStateMachineDefinition', {
      definition: text,
      ...(machineType ? { type: machineType } : {}),
    });
    return difference(rejection.diagnostics, answer.diagnostics);
  }
  try {
    await cloud.create('recorded', text, machineType);
    return 'was accepted';
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const message = `An error occurred (${error.code}) when calling the CreateStateMachine operation: ${error.message}`;
    return difference({ error: rejection?.error, message: rejection?.message }, { error: error.code, message });
  }
};

test("every JSONata and language-neutral execution runs as AWS's own recordings say", {
  skip: folder ? false : 'not run: no recordings (set HOLDFAST_ASL_RECORDINGS to their folder)',
}, async (t) => {
  const cases = load(folder ?? '');
  assert.ok(cases.length > 100, `only ${cases.length} cases found`);
  assert.ok(Object.keys(unsupported).length <= 5);
  const failed: string[] = [];
  for (const recorded of cases) {
    if (recorded.name in unsupported) continue;
    const found = await check(recorded).catch((error: unknown) => String((error as Error).stack));
    if (found) failed.push(`${recorded.name}: ${found}`);
  }
  const listed = Object.entries(unsupported).map(([name, reason]) => `${name} (${reason})`);
  const changed = Object.entries(outdated).map(([name, { reason }]) => `${name}: ${reason}`);
  t.diagnostic(`${cases.length - failed.length - listed.length} of ${cases.length} recorded cases hold`);
  t.diagnostic(`unsupported: ${listed.join(', ') || 'none'}; changed by AWS since: ${changed.join(', ')}`);
  assert.deepEqual(failed, []);
});
