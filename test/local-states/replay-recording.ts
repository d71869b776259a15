import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AwsError } from '../../local/kernel/errors.ts';
import { ACCOUNT, type HistoryEvent, REGION, TestCloud } from './fake-cloud.ts';
import { difference } from './matching.ts';
import { type Behaviour, standIns } from './recorded-services.ts';

/** One execution as AWS has run it; the README of the recordings describes the members. */
export interface RecordedCase {
  readonly name: string;
  /** `18-11-2024, 14:54:07` */
  readonly recorded: string;
  readonly queryLanguage: string;
  readonly definition: unknown;
  readonly machineType?: string;
  readonly input: unknown;
  readonly tasks?: Readonly<Record<string, Behaviour>>;
  readonly stateMachines?: Readonly<Record<string, unknown>>;
  readonly s3?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly stopAfterEntering?: string;
  readonly expected: {
    readonly status: string;
    readonly output: unknown;
    readonly error: string | null;
    readonly cause: unknown;
    readonly events: readonly Event[] | null;
    readonly eventsNormalised?: boolean;
    readonly rejection?: { operation: string; error?: string; message?: string; diagnostics?: unknown };
  };
}

type Event = Readonly<Record<string, unknown>>;

const given = process.env.HOLDFAST_ASL_RECORDINGS ?? resolve(import.meta.dirname, '../../../shared/aws-recorded/asl');

/** Where the recordings are, if they are anywhere. */
export const recordings = existsSync(given) ? given : undefined;

export const loadCases = (from: string, wanted: (group: string) => boolean): RecordedCase[] =>
  readdirSync(from, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && wanted(entry.name))
    .flatMap(({ name }) => readdirSync(join(from, name)).map((file) => join(from, name, file)))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as RecordedCase);

const QUEUE = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/queue`;
const arnOf = (service: string, rest: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

/** The recordings' symbols as ARNs and URLs, and back. */
const toArns = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/(?<![\w:])lambda:(\w+)/g, arnOf('lambda', 'function:$1'))
    .replace(/(?<![\w:])activity:activity/g, arnOf('states', 'activity:activity'))
    .replace(/(?<![\w:])stateMachine:target/g, arnOf('states', 'stateMachine:target'))
    .replace(/(?<![\w:])sqs:queue/g, QUEUE);
const toSymbols = (text: string): string =>
  text
    .replace(new RegExp(`${arnOf('lambda', 'function:')}(?!no_such_lambda)`, 'g'), 'lambda:')
    .replaceAll(arnOf('states', 'activity:'), 'activity:')
    .replaceAll(arnOf('states', 'stateMachine:target'), 'stateMachine:target')
    .replaceAll(QUEUE, 'sqs:queue');

/** An event as the recordings have it: flat, documents parsed, without times, roles and regions. */
const flat = ({ id, previousEventId, type, timestamp: _, ...details }: HistoryEvent): Event => {
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

/** Runs a recorded case in virtual time; says where it differs from the recording, if it does. */
export const replay = async (recorded: RecordedCase): Promise<string | undefined> => {
  const cloud = new TestCloud();
  try {
    const { expected, tasks = {}, s3 = {}, stateMachines = {} } = recorded;
    const work = standIns(cloud, tasks, s3);
    if (expected.rejection) return await compareRejection(cloud, recorded);
    for (const [symbol, target] of Object.entries(stateMachines)) {
      if (target !== null) await cloud.create(symbol.split(':')[1] ?? '', toArns(target));
    }
    if (tasks['activity:activity']) await cloud.api('CreateActivity', { name: 'activity' });
    const machine = await cloud.create('recorded', toArns(recorded.definition), recorded.machineType);
    const executionArn = await cloud.startExecution(machine, JSON.parse(toArns(recorded.input)));
    await work();
    if (recorded.stopAfterEntering) await cloud.api('StopExecution', { executionArn });
    const described = await cloud.finish(executionArn);
    const actual = {
      status: described.status,
      output: described.output === undefined ? null : JSON.parse(toSymbols(described.output)),
      error: described.error ?? null,
      cause: described.cause === undefined ? null : toSymbols(described.cause),
    };
    const { status, output, error, cause, events } = expected;
    // A bad path or a value of the wrong type: in JSONata it is the expression that has failed.
    if (recorded.queryLanguage === 'JSONPath' && error === 'States.Runtime') {
      return difference(
        { status, error: 'States.QueryEvaluationError' },
        { status: actual.status, error: actual.error },
      );
    }
    const found = difference({ status, output, error, cause }, actual);
    if (found) return found;
    const mine = JSON.parse(toSymbols(JSON.stringify((await cloud.history(executionArn)).map(flat)))) as Event[];
    if (events === null) return undefined;
    return expected.eventsNormalised ? compareSets(events, mine) : compareInOrder(recorded, events, mine);
  } finally {
    await cloud.close();
  }
};

/**
 * Until the middle of 2024 the MapStateExited of a distributed Map pointed at MapRunSucceeded; in every recording since
 * November 2024 it points at MapRunStarted.
 */
export const hasOldMapExit = ({ recorded, expected }: RecordedCase): boolean => {
  const [, month = '', year = ''] = /^\d+-(\d+)-(\d+)/.exec(recorded) ?? [];
  return `${year}-${month}` < '2024-11' && (expected.events ?? []).some(({ type }) => type === 'MapRunStarted');
};

const compareInOrder = (recorded: RecordedCase, events: readonly Event[], mine: readonly Event[]) => {
  const old = hasOldMapExit(recorded);
  for (const [index, event] of events.entries()) {
    const own = mine[index];
    const blind = old && event.type === 'MapStateExited';
    const [a, b] = blind ? [event, own].map((e) => ({ ...e, previousEventId: 0 })) : [event, own];
    const found = difference(a, b, `event ${index + 1}`);
    if (found) return found;
  }
  return events.length === mine.length ? undefined : `${mine.length} events instead of ${events.length}`;
};

/** Of Parallel states the recordings have neither order nor ids, and have lost the states' ends. */
const compareSets = (events: readonly Event[], mine: readonly Event[]): string | undefined => {
  const bare = ({ id, previousEventId, ...rest }: Event): Event => rest;
  const left = mine.map(bare);
  for (const event of events) {
    const at = left.findIndex((own) => difference(bare(event), own) === undefined);
    if (at < 0) return `no event like ${JSON.stringify(event)}`;
    left.splice(at, 1);
  }
  const surplus = left.find(({ type }) => !/^ParallelState(Succeeded|Failed|Exited)$/.test(String(type)));
  return surplus && `an event too many: ${JSON.stringify(surplus)}`;
};

const compareRejection = async (cloud: TestCloud, { definition, machineType, expected }: RecordedCase) => {
  const { rejection } = expected;
  const text = toArns(definition);
  if (rejection?.operation === 'ValidateStateMachineDefinition') {
    const type = machineType ? { type: machineType } : {};
    const answer = await cloud.api('ValidateStateMachineDefinition', { definition: text, ...type });
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
