import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Operation, operation } from '../../kernel/service.ts';
import { parseArn } from '../arns.ts';
import type { StatesEngine } from '../engine.ts';
import { keyOf, type MapRunRecord } from '../records.ts';
import { childrenOf, executionOf } from './executions.ts';
import { arn, maxResults, nextToken, page, permit, seconds } from './shared.ts';

/** How many of a run's executions, or of their items, are in which state. */
const counts = (engine: StatesEngine, run: MapRunRecord, weight: (itemCount: number) => number, total: number) => {
  const count = { pending: 0, running: 0, succeeded: 0, failed: 0, timedOut: 0, aborted: 0 };
  const names = {
    RUNNING: 'running',
    SUCCEEDED: 'succeeded',
    FAILED: 'failed',
    TIMED_OUT: 'timedOut',
    ABORTED: 'aborted',
  } as const;
  let started = 0;
  for (const child of childrenOf(engine, run.arn)) {
    const size = weight(child.itemCount ?? 1);
    started += size;
    count[names[child.status]] += size;
  }
  const rest = Math.max(0, total - started);
  if (run.status === 'RUNNING') count.pending = rest;
  else count.aborted += rest;
  return {
    ...count,
    total,
    resultsWritten: run.resultsWritten === undefined ? 0 : total,
    failuresNotRedrivable: 0,
    pendingRedrive: 0,
  };
};

export const mapRunOperations = (engine: StatesEngine): Operation[] => {
  const { mapRuns, mapRunsOf } = engine.tables;
  return [
    operation({
      name: 'DescribeMapRun',
      input: z.strictObject({ mapRunArn: arn }),
      access: ({ mapRunArn }) => [permit('DescribeMapRun', mapRunArn)],
      run({ mapRunArn }) {
        parseArn(mapRunArn, 'mapRun');
        const run = mapRuns.get(mapRunArn);
        if (!run) throw new AwsError('ResourceNotFound', `Resource not found: '${mapRunArn}'`);
        return {
          mapRunArn,
          executionArn: run.executionArn,
          status: run.status,
          startDate: seconds(run.startDate),
          ...(run.stopDate === undefined ? {} : { stopDate: seconds(run.stopDate) }),
          maxConcurrency: run.maxConcurrency,
          toleratedFailureCount: run.toleratedFailureCount,
          toleratedFailurePercentage: run.toleratedFailurePercentage,
          itemCounts: counts(engine, run, (items) => items, run.items ?? 0),
          executionCounts: counts(engine, run, () => 1, run.total ?? 0),
          redriveCount: 0,
        };
      },
    }),
    operation({
      name: 'ListMapRuns',
      input: z.strictObject({ executionArn: arn, maxResults, nextToken }),
      access: ({ executionArn }) => [permit('ListMapRuns', executionArn)],
      run({ executionArn, ...paging }) {
        executionOf(engine, executionArn);
        const found = [...mapRunsOf.entries(keyOf(executionArn, ''))]
          .flatMap(({ key }) => mapRuns.get(key.slice(key.indexOf('|') + 1)) ?? [])
          .sort((a, b) => b.startDate - a.startDate);
        const { items, ...rest } = page(found, paging);
        return {
          mapRuns: items.map((run) => ({
            executionArn,
            mapRunArn: run.arn,
            stateMachineArn: run.machineArn,
            startDate: seconds(run.startDate),
            ...(run.stopDate === undefined ? {} : { stopDate: seconds(run.stopDate) }),
          })),
          ...rest,
        };
      },
    }),
  ];
};
