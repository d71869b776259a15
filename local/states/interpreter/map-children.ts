import { arnOf } from '../arns.ts';
import { statesNames } from '../integrations/call-errors.ts';
import { callPatiently, callService } from '../integrations/task-call.ts';
import { type ExecutionRecord, itemKey, type MapItemRecord, type MapRunRecord } from '../records.ts';
import { Aborted, StateFailure } from './errors.ts';
import { hexOf, uuidOf } from './random.ts';
import type { StateContext } from './state-context.ts';

/** AWS runs at most this many children of one Map Run at a time. */
const CHILD_CONCURRENCY = 10_000;

/**
 * Runs the children of a Map Run until all have ended, or too many have failed: then the rest are aborted. Gives them
 * in the order of their items; one that was never started is there as ABORTED.
 */
export const runChildren = async (
  context: StateContext,
  mapRun: MapRunRecord,
  exceeds: (failedItems: number) => boolean,
): Promise<{ children: ExecutionRecord[]; exceeded: boolean }> => {
  const { run, frame } = context;
  const { engine } = run;
  const total = mapRun.total ?? 0;
  const over = new AbortController();
  const signal = AbortSignal.any([frame.signal, over.signal]);
  const running = new Set<string>();
  const decided = run.decided(frame);
  let next = 0;
  let failedItems = 0;

  const take = async (): Promise<void> => {
    while (next < total && !signal.aborted) {
      const index = next++;
      const child = childOf(context, mapRun, index);
      if (!engine.tables.executions.get(child.arn)) {
        await run.whenLive(frame);
        if (signal.aborted) return;
        await start(context, child, signal);
      }
      running.add(child.arn);
      const ended = await engine.finished(child.arn, signal);
      running.delete(child.arn);
      frame.now = Math.max(frame.now, ended.stopDate ?? 0);
      if (ended.status !== 'SUCCEEDED') failedItems += child.itemCount ?? 1;
      if (exceeds(failedItems) && decided.value === undefined) {
        decided.decide(true);
        over.abort(new Aborted());
      }
    }
  };

  const limit = mapRun.maxConcurrency > 0 ? Math.min(mapRun.maxConcurrency, CHILD_CONCURRENCY) : CHILD_CONCURRENCY;
  // A restart may find that too many had failed; then no further child is started.
  if (decided.value !== undefined) over.abort(new Aborted());
  const slots = Array.from({ length: Math.min(limit, total) }, take);
  // One that cannot even start its child ends all.
  for (const slot of slots) slot.catch((error: unknown) => over.abort(error));
  const results = await Promise.allSettled(slots);
  if (frame.signal.aborted) {
    if (!engine.stopping) for (const arn of running) engine.abort(arn, {});
    throw new Aborted();
  }
  const exceeded = over.signal.aborted;
  if (exceeded) {
    for (let index = 0; index < total; index++) {
      const { arn } = childOf(context, mapRun, index);
      if (engine.tables.executions.get(arn)?.status === 'RUNNING') engine.abort(arn, {});
    }
  }
  if (over.signal.reason instanceof StateFailure) throw over.signal.reason;
  for (const result of results) {
    if (
      result.status === 'rejected' &&
      !(result.reason instanceof Aborted) &&
      !(result.reason instanceof StateFailure)
    ) {
      throw result.reason;
    }
  }
  const children = Array.from({ length: total }, (_, index): ExecutionRecord => {
    const child = childOf(context, mapRun, index);
    return engine.tables.executions.get(child.arn) ?? { ...child, status: 'ABORTED' };
  });
  return { children, exceeded };
};

/** AWS starts a child with the machine's role, which must be allowed states:StartExecution on its own machine. */
const start = async (context: StateContext, child: ExecutionRecord, signal: AbortSignal): Promise<void> => {
  const { engine, record } = context.run;
  const call = { context, region: record.arn.split(':')[3] ?? '', attemptId: child.name };
  const stateMachineArn = child.machineArn.split('/')[0];
  const attempt = async (): Promise<void> => {
    // An attempt may have started it without an answer coming back.
    if (engine.tables.executions.get(child.arn)) return;
    engine.expectChild(child);
    await callService(
      call,
      'states',
      'StartExecution',
      { stateMachineArn, name: child.name, input: child.input },
      statesNames,
    );
  };
  await callPatiently(call, attempt, signal);
};

/** What a child is called depends on nothing but its place. */
export const childArnOf = (parentSeed: string, mapRun: MapRunRecord, index: number): string => {
  const [, , , region = '', accountId = '', , machine = ''] = mapRun.machineArn.split(':');
  return arnOf('execution', region, accountId, `${machine}:${uuidOf(parentSeed, `${mapRun.arn}|${index}`)}`);
};

/** A child as it is when it starts. */
const childOf = ({ run, frame }: StateContext, mapRun: MapRunRecord, index: number): ExecutionRecord => {
  const item = run.engine.tables.mapItems.get(itemKey(mapRun.arn, index)) as MapItemRecord;
  const arn = childArnOf(run.record.seed, mapRun, index);
  return {
    arn,
    name: arn.split(':').at(-1) ?? '',
    machineArn: mapRun.machineArn,
    revision: mapRun.arn,
    roleArn: run.record.roleArn,
    type: mapRun.type,
    status: 'RUNNING',
    startDate: Math.max(run.now(), frame.now),
    input: item.input,
    seed: hexOf(run.record.seed, `${mapRun.arn}|${index}|seed`),
    mapRunArn: mapRun.arn,
    itemCount: item.items,
  };
};
