import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Operation, operation } from '../../kernel/service.ts';
import { arnOf, checkName, parseArn } from '../arns.ts';
import type { StatesEngine } from '../engine.ts';
import { childArnOf } from '../interpreter/map-children.ts';
import { PAYLOAD_LIMIT } from '../interpreter/state-context.ts';
import type { ExecutionRecord } from '../records.ts';
import { keyOf } from '../records.ts';
import { arn, maxResults, nextToken, page, permit, seconds } from './shared.ts';
import { machineOf } from './state-machines.ts';

/** AWS remembers a name for 90 days after its execution has ended. */
const NAME_KEPT_MS = 90 * 24 * 3_600_000;
const status = z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE']);

export const executionOf = (engine: StatesEngine, executionArn: string): ExecutionRecord => {
  parseArn(executionArn, 'execution', 'express');
  const execution = engine.tables.executions.get(executionArn);
  if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
  return execution;
};

const checkInput = (input: string): void => {
  if (Buffer.byteLength(input) > PAYLOAD_LIMIT) {
    throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input: input is too long');
  }
  try {
    JSON.parse(input);
  } catch (error) {
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${(error as Error).message}'`);
  }
};

const described = (execution: ExecutionRecord) => ({
  executionArn: execution.arn,
  stateMachineArn: execution.machineArn,
  name: execution.name,
  status: execution.status,
  startDate: seconds(execution.startDate),
  ...(execution.stopDate === undefined ? {} : { stopDate: seconds(execution.stopDate) }),
  ...(execution.mapRunArn === undefined ? {} : { mapRunArn: execution.mapRunArn }),
});

export const executionOperations = (engine: StatesEngine): Operation[] => {
  const { tables, kernel } = engine;

  const start = (input: {
    stateMachineArn: string;
    name?: string | undefined;
    input?: string | undefined;
    traceHeader?: string | undefined;
  }) => {
    const child = engine.takeExpected(input.name);
    if (child) {
      if (!tables.executions.get(child.arn)) engine.start(child);
      return { executionArn: child.arn, startDate: seconds(child.startDate) };
    }
    const machine = machineOf(engine, input.stateMachineArn);
    const text = input.input ?? '{}';
    checkInput(text);
    const name = input.name ?? uuid(kernel.randomHex(16));
    checkName(name);
    const { region, accountId } = parseArn(machine.arn);
    const isExpress = machine.type === 'EXPRESS';
    const executionArn = isExpress
      ? arnOf('express', region, accountId, `${machine.name}:${name}:${uuid(kernel.randomHex(16))}`)
      : arnOf('execution', region, accountId, `${machine.name}:${name}`);
    const now = kernel.clock.now();
    const known = tables.executions.get(executionArn);
    if (known) {
      if (known.status === 'RUNNING' && known.input === text) {
        return { executionArn, startDate: seconds(known.startDate) };
      }
      if (known.status === 'RUNNING' || now - (known.stopDate ?? now) < NAME_KEPT_MS) {
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
      }
      for (const { key } of [...tables.history.entries(keyOf(executionArn, ''))]) tables.history.delete(key);
    }
    engine.start({
      arn: executionArn,
      name,
      machineArn: machine.arn,
      revision: keyOf(machine.arn, machine.revisionId),
      roleArn: machine.roleArn,
      type: machine.type,
      status: 'RUNNING',
      startDate: now,
      input: text,
      seed: kernel.randomHex(16),
      ...(input.traceHeader === undefined ? {} : { traceHeader: input.traceHeader }),
    });
    return { executionArn, startDate: seconds(now) };
  };

  return [
    operation({
      name: 'StartExecution',
      input: z.strictObject({
        stateMachineArn: arn,
        name: z.string().min(1).max(80).optional(),
        input: z.string().optional(),
        traceHeader: z.string().max(256).optional(),
      }),
      access: ({ stateMachineArn }) => [permit('StartExecution', stateMachineArn)],
      run: start,
      redact: ['input'],
    }),
    operation({
      name: 'StopExecution',
      input: z.strictObject({
        executionArn: arn,
        error: z.string().max(256).optional(),
        cause: z.string().max(32_768).optional(),
      }),
      access: ({ executionArn }) => [permit('StopExecution', executionArn)],
      run({ executionArn, error, cause }) {
        const { stopDate } = executionOf(engine, executionArn);
        if (stopDate !== undefined) return { stopDate: seconds(stopDate) };
        engine.abort(executionArn, {
          ...(error === undefined ? {} : { error }),
          ...(cause === undefined ? {} : { cause }),
        });
        return { stopDate: seconds(kernel.clock.now()) };
      },
    }),
    operation({
      name: 'DescribeExecution',
      input: z.strictObject({ executionArn: arn, includedData: z.enum(['ALL_DATA', 'METADATA_ONLY']).optional() }),
      access: ({ executionArn }) => [permit('DescribeExecution', executionArn)],
      run({ executionArn, includedData }) {
        const execution = executionOf(engine, executionArn);
        const { error, cause, input, output, traceHeader } = execution;
        const failure = { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) };
        const included = { included: true };
        const data =
          includedData === 'METADATA_ONLY'
            ? {}
            : {
                input,
                inputDetails: included,
                ...(output === undefined ? {} : { output, outputDetails: included }),
                ...failure,
              };
        return {
          ...described(execution),
          ...data,
          ...(traceHeader === undefined ? {} : { traceHeader }),
          redriveCount: 0,
          redriveStatus: 'NOT_REDRIVABLE',
          redriveStatusReason: 'Redrive is not available here',
        };
      },
    }),
    operation({
      name: 'ListExecutions',
      input: z.strictObject({
        stateMachineArn: arn.optional(),
        mapRunArn: arn.optional(),
        statusFilter: status.optional(),
        maxResults,
        nextToken,
      }),
      access: ({ stateMachineArn, mapRunArn }) => [permit('ListExecutions', mapRunArn ?? stateMachineArn ?? '*')],
      run({ stateMachineArn, mapRunArn, statusFilter, ...paging }) {
        if ((stateMachineArn === undefined) === (mapRunArn === undefined)) {
          throw new AwsError('ValidationException', 'Exactly one of stateMachineArn and mapRunArn must be specified');
        }
        const all = mapRunArn === undefined ? ofMachine(engine, stateMachineArn ?? '') : childrenOf(engine, mapRunArn);
        const found = all
          .filter((execution) => statusFilter === undefined || execution.status === statusFilter)
          // The newest come first.
          .sort((a, b) => b.startDate - a.startDate || (a.arn < b.arn ? -1 : 1));
        const { items, ...rest } = page(found, paging);
        return {
          executions: items.map((execution) => ({
            ...described(execution),
            ...(execution.itemCount === undefined ? {} : { itemCount: execution.itemCount }),
            redriveCount: 0,
          })),
          ...rest,
        };
      },
    }),
  ];
};

const ofMachine = (engine: StatesEngine, machineArn: string): ExecutionRecord[] => {
  const { region, accountId, rest } = parseArn(machineArn, 'stateMachine');
  machineOf(engine, machineArn);
  const prefixes = ['execution', 'express'].map((kind) => arnOf(kind, region, accountId, `${rest}:`));
  return prefixes.flatMap((prefix) => [...engine.tables.executions.entries(prefix)].map(({ value }) => value));
};

export const childrenOf = (engine: StatesEngine, mapRunArn: string): ExecutionRecord[] => {
  parseArn(mapRunArn, 'mapRun');
  const mapRun = engine.tables.mapRuns.get(mapRunArn);
  if (!mapRun) throw new AwsError('ResourceNotFound', `Resource not found: '${mapRunArn}'`);
  const { seed = '' } = engine.tables.executions.get(mapRun.executionArn) ?? {};
  return Array.from({ length: mapRun.total ?? 0 }, (_, index) => childArnOf(seed, mapRun, index)).flatMap(
    (childArn) => engine.tables.executions.get(childArn) ?? [],
  );
};

const uuid = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
