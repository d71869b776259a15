import { arnOf, machineName, parseArn } from '../arns.ts';
import type { Json } from '../json.ts';
import { type ExecutionRecord, itemKey, keyOf, type MapRunRecord } from '../records.ts';
import { type Machine, processorOf } from './definition.ts';
import { Aborted, StateFailure } from './errors.ts';
import { batchItems } from './item-batcher.ts';
import { readItems } from './item-reader.ts';
import { runChildren } from './map-children.ts';
import { concurrencyOf, itemsOf, selectItem, toleranceOf } from './map-fields.ts';
import { uuidOf } from './random.ts';
import { transformed, writeResults } from './result-writer.ts';
import { checkSize, type StateContext, type StateResult } from './state-context.ts';

/** A Map in DISTRIBUTED mode: each item, or batch, is an execution of its own, and all of them are a Map Run. */
export const runDistributed = async (context: StateContext): Promise<StateResult> => {
  const { state, frame, run } = context;
  const { engine, record } = run;
  const given = state.ItemReader ? undefined : await itemsOf(context);
  const attemptId = frame.place();
  const maxConcurrency = await concurrencyOf(context);
  await context.emit('MapStateStarted', { length: given?.length ?? 0 });
  const tolerated = await toleranceOf(context);
  const opened = newMapRun(context, attemptId, { maxConcurrency, tolerated });
  const started = await context.emit('MapRunStarted', { mapRunArn: opened.arn });
  if (!engine.tables.mapRuns.get(opened.arn)) {
    await run.whenLive(frame);
    engine.kernel.store.transaction(() => {
      engine.tables.mapRuns.put(opened.arn, opened);
      engine.tables.mapRunsOf.put(keyOf(record.arn, opened.arn), true);
    });
  }
  try {
    const mapRun = await prepare(context, opened, given, attemptId);
    const { children, exceeded } = await runChildren(context, mapRun, exceeds(context, mapRun));
    const result = await resultOf(context, mapRun, children, attemptId);
    if (exceeded) {
      throw new StateFailure(
        'States.ExceedToleratedFailureThreshold',
        'The specified tolerated failure threshold was exceeded',
      );
    }
    end(context, opened.arn, 'SUCCEEDED');
    await context.emit('MapRunSucceeded');
    await context.emit('MapStateSucceeded');
    const output = await context.exit(state, result, { result }, { previous: started });
    return state.Next === undefined ? { output } : { output, next: state.Next };
  } catch (error) {
    if (error instanceof Aborted) {
      if (!engine.stopping) end(context, opened.arn, 'ABORTED');
      throw error;
    }
    if (engine.tables.mapRuns.get(opened.arn)?.status === 'SUCCEEDED') throw error;
    const failure = await context.failureOf(error);
    end(context, opened.arn, 'FAILED');
    await context.emit('MapRunFailed', {
      ...(failure.failure.error === undefined ? {} : { error: failure.failure.error }),
      ...(failure.failure.cause === undefined ? {} : { cause: failure.failure.cause }),
    });
    throw failure;
  }
};

const newMapRun = (
  { state, run, frame, name }: StateContext,
  attemptId: string,
  limits: { maxConcurrency: number; tolerated: { count: number; percentage: number } },
): MapRunRecord => {
  const { record } = run;
  const { region, accountId } = parseArn(record.machineArn);
  const labelled = `${machineName(record.machineArn)}/${state.Label ?? uuidOf(record.machineArn, name)}`;
  return {
    arn: arnOf('mapRun', region, accountId, `${labelled}:${uuidOf(record.seed, attemptId)}`),
    executionArn: record.arn,
    machineArn: arnOf('stateMachine', region, accountId, labelled),
    status: 'RUNNING',
    startDate: frame.now,
    maxConcurrency: limits.maxConcurrency,
    toleratedFailureCount: limits.tolerated.count,
    toleratedFailurePercentage: limits.tolerated.percentage,
    type: processorOf(state).ProcessorConfig?.ExecutionType ?? 'STANDARD',
  };
};

/** Reads, selects and batches the items and writes them down, so that a restart goes on with just these. */
const prepare = async (
  context: StateContext,
  mapRun: MapRunRecord,
  given: readonly Json[] | undefined,
  attemptId: string,
): Promise<MapRunRecord> => {
  const { run, state, frame } = context;
  const { tables, kernel } = run.engine;
  await run.effect(frame, async () => {
    const items = given ?? (state.ItemReader ? await readItems(context, state.ItemReader, attemptId) : []);
    const selected: Json[] = [];
    for (const [index, item] of items.entries()) selected.push(await selectItem(context, item, index));
    const batches = await batchItems(context, state.ItemBatcher, selected);
    for (const { input } of batches)
      checkSize(input, 'The input of a child execution exceeds the maximum number of bytes service limit.');
    const { QueryLanguage } = run.machine;
    const machine: Machine = { ...processorOf(state), ...(QueryLanguage ? { QueryLanguage } : {}) };
    kernel.store.transaction(() => {
      tables.revisions.put(mapRun.arn, { definition: JSON.stringify(machine), type: mapRun.type });
      for (const [index, batch] of batches.entries()) {
        tables.mapItems.put(itemKey(mapRun.arn, index), { input: JSON.stringify(batch.input), items: batch.items });
      }
      tables.mapRuns.put(mapRun.arn, { ...mapRun, total: batches.length, items: items.length });
    });
    return null;
  });
  return tables.mapRuns.get(mapRun.arn) ?? mapRun;
};

/** Whether so many failed items are more than the Map tolerates. None are, unless it says so. */
const exceeds =
  ({ state }: StateContext, mapRun: MapRunRecord) =>
  (failedItems: number): boolean => {
    if (failedItems === 0) return false;
    const { toleratedFailureCount: count, toleratedFailurePercentage: percentage, items = 0 } = mapRun;
    const countSaysNo = state.ToleratedFailureCount !== undefined && failedItems > count;
    const percentageSaysNo = state.ToleratedFailurePercentage !== undefined && (failedItems / items) * 100 > percentage;
    const neither = state.ToleratedFailureCount === undefined && state.ToleratedFailurePercentage === undefined;
    return neither || countSaysNo || percentageSaysNo;
  };

const resultOf = async (
  context: StateContext,
  mapRun: MapRunRecord,
  children: readonly ExecutionRecord[],
  attemptId: string,
): Promise<Json> => {
  const { ResultWriter: writer } = context.state;
  if (writer?.Resource) {
    const result = await context.run.effect(context.frame, () =>
      writeResults(context, writer, mapRun.arn, children, `${attemptId}|results`),
    );
    const { mapRuns } = context.run.engine.tables;
    mapRuns.put(mapRun.arn, { ...(mapRuns.get(mapRun.arn) ?? mapRun), resultsWritten: children.length });
    return result;
  }
  const results = transformed(children, writer?.WriterConfig?.Transformation ?? 'COMPACT');
  checkSize(
    results,
    `The state/task '${context.name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
  return results;
};

const end = ({ run, frame }: StateContext, mapRunArn: string, status: 'SUCCEEDED' | 'FAILED' | 'ABORTED'): void => {
  const { mapRuns } = run.engine.tables;
  const current = mapRuns.get(mapRunArn);
  if (current?.status === 'RUNNING')
    mapRuns.put(mapRunArn, { ...current, status, stopDate: Math.max(frame.now, run.now()) });
};
