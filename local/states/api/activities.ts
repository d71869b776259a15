import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Call, type Operation, operation } from '../../kernel/service.ts';
import { arnOf, checkName, parseArn } from '../arns.ts';
import type { StatesEngine } from '../engine.ts';
import { keyOf } from '../records.ts';
import { arn, maxResults, nextToken, page, permit, seconds } from './shared.ts';

/** AWS answers a poll that finds nothing after this time. */
const LONG_POLL_MS = 60_000;

const activityArnOf = (call: Call, name: string): string => arnOf('activity', call.region, call.accountId, name);

export const activityOperations = (engine: StatesEngine): Operation[] => {
  const { tables, kernel } = engine;

  const activityOf = (activityArn: string) => {
    parseArn(activityArn, 'activity');
    const activity = tables.activities.get(activityArn);
    if (!activity) throw new AwsError('ActivityDoesNotExist', `Activity Does Not Exist: '${activityArn}'`);
    return activity;
  };

  /** Gives the oldest task to a worker, for good: what a worker that dies had taken, only a timeout ends. */
  const take = (activityArn: string, workerName: string | undefined) => {
    for (const { key, value } of [...tables.activityTasks.entries(keyOf(activityArn, ''))]) {
      tables.activityTasks.delete(key);
      const record = tables.tokens.get(value.token);
      if (record?.state !== 'waiting' || record.startAt === undefined) continue;
      const { startAt, executionArn } = record;
      const now = kernel.clock.now();
      kernel.store.transaction(() => {
        tables.tokens.put(value.token, { ...record, state: 'started', heartbeatAt: now });
        tables.journal.put(keyOf(executionArn, startAt), { time: now, value: JSON.stringify(workerName ?? null) });
      });
      engine.tokenChanged(value.token);
      return { taskToken: value.token, input: value.input };
    }
    return undefined;
  };

  return [
    operation({
      name: 'CreateActivity',
      input: z.strictObject({ name: z.string().min(1).max(80) }),
      access: ({ name }, call) => [permit('CreateActivity', activityArnOf(call, name))],
      run({ name }, call) {
        checkName(name);
        const activityArn = activityArnOf(call, name);
        const activity = tables.activities.get(activityArn) ?? {
          arn: activityArn,
          name,
          creationDate: kernel.clock.now(),
        };
        tables.activities.put(activityArn, activity);
        return { activityArn, creationDate: seconds(activity.creationDate) };
      },
    }),
    operation({
      name: 'DeleteActivity',
      input: z.strictObject({ activityArn: arn }),
      access: ({ activityArn }) => [permit('DeleteActivity', activityArn)],
      run({ activityArn }) {
        parseArn(activityArn, 'activity');
        tables.activities.delete(activityArn);
        return {};
      },
    }),
    operation({
      name: 'DescribeActivity',
      input: z.strictObject({ activityArn: arn }),
      access: ({ activityArn }) => [permit('DescribeActivity', activityArn)],
      run({ activityArn }) {
        const { name, creationDate } = activityOf(activityArn);
        return { activityArn, name, creationDate: seconds(creationDate) };
      },
    }),
    operation({
      name: 'ListActivities',
      input: z.strictObject({ maxResults, nextToken }),
      access: () => [permit('ListActivities')],
      run(input, call) {
        const all = [...tables.activities.entries(activityArnOf(call, ''))].map(({ value }) => value);
        const { items, ...rest } = page(all, input);
        return {
          activities: items.map(({ arn: activityArn, name, creationDate }) => ({
            activityArn,
            name,
            creationDate: seconds(creationDate),
          })),
          ...rest,
        };
      },
    }),
    operation({
      name: 'GetActivityTask',
      input: z.strictObject({ activityArn: arn, workerName: z.string().min(1).max(80).optional() }),
      access: ({ activityArn }) => [permit('GetActivityTask', activityArn)],
      async run({ activityArn, workerName }) {
        activityOf(activityArn);
        const over = new AbortController();
        const timer = kernel.clock.at(kernel.clock.now() + LONG_POLL_MS, () => over.abort());
        try {
          while (!over.signal.aborted && !engine.stopping) {
            const task = take(activityArn, workerName);
            if (task) return task;
            await engine.offered(activityArn, over.signal).catch(() => undefined);
          }
          return {};
        } finally {
          timer.cancel();
        }
      },
    }),
  ];
};
