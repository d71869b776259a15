import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { AwsError } from '../../local/kernel/errors.ts';
import { ACCOUNT, type Handler, lambda, named, REGION, TestCloud } from './fake-cloud.ts';

/** A bucket `work` that keeps what is put into it. */
const bucket = (objects: Record<string, string | Buffer> = {}) => {
  const kept = new Map<string, Buffer>(Object.entries(objects).map(([key, value]) => [key, Buffer.from(value)]));
  const handlers: Record<string, Handler> = {
    's3:GetObject': ({ Bucket, Key }) => {
      const body = Bucket === 'work' ? kept.get(String(Key)) : undefined;
      if (!body) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
      return { Body: body };
    },
    's3:PutObject': ({ Key, Body }) => void kept.set(String(Key), Body as Buffer),
    's3:ListObjectsV2': ({ ContinuationToken }) =>
      ContinuationToken
        ? { Contents: [{ Key: 'b', ETag: '"2"', LastModified: '2026-01-01T00:00:00.000Z', Size: 2 }] }
        : {
            Contents: [{ Key: 'a', ETag: '"1"', LastModified: '2026-01-01T00:00:00.000Z', Size: 1 }],
            NextContinuationToken: 'more',
          },
  };
  const json = (key: string) => JSON.parse(kept.get(key)?.toString() ?? 'null');
  return { kept, handlers, json };
};

const processor = (states: object = { Item: { Type: 'Pass', End: true } }): object => ({
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
  StartAt: Object.keys(states)[0],
  States: states,
});
const call = (name: string): object => ({
  Item: {
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: name, Payload: '{% $states.input %}' },
    Output: '{% $states.result.Payload %}',
    End: true,
  },
});
const map = (state: object, others: object = {}): object => ({
  QueryLanguage: 'JSONata',
  StartAt: 'All',
  States: {
    All: { Type: 'Map', ItemProcessor: processor(), ...('Next' in state ? {} : { End: true }), ...state },
    ...others,
  },
});
const reader = (key: string, config: object): object => ({
  Resource: 'arn:aws:states:::s3:getObject',
  Arguments: { Bucket: 'work', Key: key },
  ReaderConfig: config,
});
const writer = { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket: 'work', Prefix: 'results' } };
const oddFails = lambda({
  odd: (item) => {
    if (Number(item) % 2 === 1) throw named('Odd', `${item} is odd`);
    return Number(item) * 10;
  },
});

test('every item is an execution of its own, seen by ListExecutions, DescribeExecution and its history', async () => {
  const { handlers } = bucket();
  const cloud = new TestCloud({ handlers: { ...handlers, 'lambda:Invoke': oddFails } });
  const machine = await cloud.create(
    'backup',
    map({ Items: [2, 4, 6], Label: 'Segments', ItemProcessor: processor(call('odd')) }),
  );
  const execution = await cloud.startExecution(machine, {}, 'job-1');
  const result = await cloud.finish(execution);
  assert.equal(result.output, '[20,40,60]');
  const { mapRuns } = await cloud.api<{ mapRuns: { mapRunArn: string; stateMachineArn: string }[] }>('ListMapRuns', {
    executionArn: execution,
  });
  assert.equal(mapRuns.length, 1);
  const [run] = mapRuns;
  assert.match(
    run?.mapRunArn ?? '',
    new RegExp(`^arn:aws:states:${REGION}:${ACCOUNT}:mapRun:backup/Segments:[0-9a-f-]{36}$`),
  );
  assert.equal(run?.stateMachineArn, `${machine}/Segments`);
  const { executions } = await cloud.api<{ executions: { executionArn: string; status: string; mapRunArn: string }[] }>(
    'ListExecutions',
    { mapRunArn: run?.mapRunArn },
  );
  assert.equal(executions.length, 3);
  for (const child of executions) {
    assert.match(child.executionArn, /:execution:backup\/Segments:[0-9a-f-]{36}$/);
    assert.equal((await cloud.describe(child.executionArn)).mapRunArn, run?.mapRunArn);
    assert.equal((await cloud.types(child.executionArn)).at(-1), 'ExecutionSucceeded');
  }
  const parent = await cloud.api<{ executions: unknown[] }>('ListExecutions', { stateMachineArn: machine });
  assert.equal(parent.executions.length, 1);
  const described = await cloud.api<{ status: string; executionCounts: object }>('DescribeMapRun', {
    mapRunArn: run?.mapRunArn,
  });
  assert.equal(described.status, 'SUCCEEDED');
  assert.deepEqual(described.executionCounts, {
    pending: 0,
    running: 0,
    succeeded: 3,
    failed: 0,
    timedOut: 0,
    aborted: 0,
    total: 3,
    resultsWritten: 0,
    failuresNotRedrivable: 0,
    pendingRedrive: 0,
  });
  // Status changes of children are no events of EventBridge.
  assert.deepEqual(
    cloud.events.map(({ detail }) => [detail.name, detail.status]),
    [
      ['job-1', 'RUNNING'],
      ['job-1', 'SUCCEEDED'],
    ],
  );
  await cloud.close();
});

test('children are started with the role of the machine, which must be allowed to', async () => {
  const cloud = new TestCloud();
  const machine = await cloud.create('backup', map({ Items: [1, 2] }));
  const starts = () => cloud.calls.filter(({ operation }) => operation === 'StartExecution');
  await cloud.finish(await cloud.startExecution(machine));
  assert.deepEqual(
    starts().map(({ input }) => input.stateMachineArn),
    [machine, machine],
  );
  const execution = await cloud.startExecution(machine, {}, 'again');
  cloud.denied.add('states:StartExecution');
  const result = await cloud.finish(execution);
  assert.deepEqual([result.status, result.error], ['FAILED', 'StepFunctions.AWSStepFunctionsException']);
  await cloud.close();
});

test('variables of the outside are not seen inside; ItemSelector carries what is needed', async () => {
  const inside = { Item: { Type: 'Pass', Output: '{% $job %}', End: true } };
  const machine = (state: object): object => ({
    QueryLanguage: 'JSONata',
    StartAt: 'Set',
    States: {
      Set: { Type: 'Pass', Assign: { job: 'job-1' }, Next: 'All' },
      All: { Type: 'Map', Items: ['a'], ItemProcessor: processor(), End: true, ...state },
    },
  });
  const cloud = new TestCloud();
  const blind = await cloud.run(machine({ ItemProcessor: processor(inside) }));
  assert.deepEqual([blind.status, blind.error], ['FAILED', 'States.ExceedToleratedFailureThreshold']);
  const selected = await cloud.run(
    machine({
      ItemSelector: {
        job: '{% $job %}',
        item: '{% $states.context.Map.Item.Value %}',
        n: '{% $states.context.Map.Item.Index %}',
      },
    }),
  );
  assert.equal(selected.output, '[{"job":"job-1","item":"a","n":0}]');
  await cloud.close();
});

test('ResultWriter writes results by status and a manifest, and the state tells only where', async () => {
  const { handlers, json, kept } = bucket({ 'items.json': '[1,2,3,4]' });
  const cloud = new TestCloud({ handlers: { ...handlers, 'lambda:Invoke': oddFails } });
  const result = await cloud.run(
    map({
      ItemReader: reader('items.json', { InputType: 'JSON' }),
      ItemProcessor: processor(call('odd')),
      ResultWriter: writer,
      ToleratedFailurePercentage: 50,
    }),
  );
  const output = JSON.parse(result.output ?? '');
  const id = String(output.MapRunArn).split(':').at(-1);
  assert.deepEqual(output.ResultWriterDetails, { Bucket: 'work', Key: `results/${id}/manifest.json` });
  const manifest = json(output.ResultWriterDetails.Key);
  assert.deepEqual(manifest, {
    DestinationBucket: 'work',
    MapRunArn: output.MapRunArn,
    ResultFiles: {
      FAILED: [{ Key: `results/${id}/FAILED_0.json`, Size: kept.get(`results/${id}/FAILED_0.json`)?.length }],
      PENDING: [],
      SUCCEEDED: [{ Key: `results/${id}/SUCCEEDED_0.json`, Size: kept.get(`results/${id}/SUCCEEDED_0.json`)?.length }],
    },
  });
  const [first] = json(`results/${id}/SUCCEEDED_0.json`);
  assert.deepEqual(Object.keys(first), [
    'ExecutionArn',
    'Input',
    'InputDetails',
    'Name',
    'Output',
    'OutputDetails',
    'RedriveCount',
    'RedriveStatus',
    'RedriveStatusReason',
    'StartDate',
    'StateMachineArn',
    'Status',
    'StopDate',
  ]);
  assert.deepEqual([first.Input, first.Output, first.Status], ['2', '20', 'SUCCEEDED']);
  const [failed] = json(`results/${id}/FAILED_0.json`);
  assert.deepEqual([failed.Input, failed.Error, failed.Status, failed.Output], ['1', 'Odd', 'FAILED', undefined]);
  await cloud.close();
});

test('too many failures fail the Map Run, abort the rest, and still write what there is', async () => {
  const { handlers, json } = bucket();
  const cloud = new TestCloud({ handlers: { ...handlers, 'lambda:Invoke': oddFails } });
  const result = await cloud.run(
    map(
      {
        Items: [1, 3, 2, 4],
        MaxConcurrency: 1,
        ToleratedFailureCount: 1,
        ItemProcessor: processor(call('odd')),
        ResultWriter: writer,
        Catch: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], Next: 'Caught' }],
        Next: 'Fine',
      },
      { Fine: { Type: 'Succeed' }, Caught: { Type: 'Pass', End: true } },
    ),
  );
  assert.deepEqual(JSON.parse(result.output ?? ''), {
    Error: 'States.ExceedToleratedFailureThreshold',
    Cause: 'The specified tolerated failure threshold was exceeded',
  });
  assert.deepEqual((await cloud.types(result.executionArn)).slice(3, 7), [
    'MapRunStarted',
    'MapRunFailed',
    'MapStateFailed',
    'MapStateExited',
  ]);
  const written = cloud.calls.flatMap(({ operation, input }) => (operation === 'PutObject' ? [String(input.Key)] : []));
  assert.deepEqual(
    written.map((key) => key.split('/').at(-1)),
    ['FAILED_0.json', 'PENDING_0.json', 'manifest.json'],
  );
  assert.equal(json(written[0] ?? '').length, 2);
  await cloud.close();
});

test('failures within what is tolerated leave the Map succeeded, with the failed children described', async () => {
  const cloud = new TestCloud({ handlers: { 'lambda:Invoke': oddFails } });
  const result = await cloud.run(
    map({ Items: [2, 1], ToleratedFailureCount: 1, ItemProcessor: processor(call('odd')) }),
  );
  const [good, bad] = JSON.parse(result.output ?? '');
  assert.equal(good, 20);
  assert.deepEqual([bad.Status, bad.Error], ['FAILED', 'Odd']);
  await cloud.close();
});

test('no more children run at a time than MaxConcurrency says', async () => {
  let running = 0;
  let most = 0;
  const cloud = new TestCloud();
  cloud.handlers.set(
    'lambda:Invoke',
    lambda({
      slow: async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => cloud.clock.at(cloud.clock.now() + 1000, resolve));
        running--;
      },
    }),
  );
  const execution = await cloud.run(
    map({ Items: '{% [1..7] %}', MaxConcurrency: 3, ItemProcessor: processor(call('slow')) }),
  );
  assert.equal(execution.status, 'SUCCEEDED');
  assert.equal(most, 3);
  await cloud.close();
});

test('items are read from JSON, JSON Lines, CSV, an S3 inventory and a listing', async () => {
  const { handlers } = bucket({
    'a.json': '[{"n":1},{"n":2}]',
    'a.jsonl': '{"n":1}\n{"n":2}\n',
    'a.csv': 'n,text\n1,"say ""hi"", please"\n\n2\n',
    'manifest.json': JSON.stringify({ fileFormat: 'CSV', fileSchema: 'Bucket, Key', files: [{ key: 'part.csv.gz' }] }),
    'part.csv.gz': gzipSync('"work","a.json"\n"work","a.csv"\n'),
  });
  const cloud = new TestCloud({ handlers });
  const read = async (itemReader: object) =>
    JSON.parse((await cloud.run(map({ ItemReader: itemReader }))).output ?? 'null');
  assert.deepEqual(await read(reader('a.json', { InputType: 'JSON' })), [{ n: 1 }, { n: 2 }]);
  assert.deepEqual(await read(reader('a.jsonl', { InputType: 'JSONL', MaxItems: 1 })), [{ n: 1 }]);
  assert.deepEqual(await read(reader('a.csv', { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' })), [
    { n: '1', text: 'say "hi", please' },
    { n: '', text: '' },
    { n: '2', text: '' },
  ]);
  assert.deepEqual(await read(reader('manifest.json', { InputType: 'MANIFEST' })), [
    { Bucket: 'work', Key: 'a.json' },
    { Bucket: 'work', Key: 'a.csv' },
  ]);
  assert.deepEqual(
    await read({ Resource: 'arn:aws:states:::s3:listObjectsV2', Arguments: { Bucket: 'work', Prefix: '' } }),
    [
      { Etag: '"1"', Key: 'a', LastModified: 1767225600, Size: 1, StorageClass: 'STANDARD' },
      { Etag: '"2"', Key: 'b', LastModified: 1767225600, Size: 2, StorageClass: 'STANDARD' },
    ],
  );
  await cloud.close();
});

test('a dataset that cannot be read is States.ItemReaderFailed', async () => {
  const { handlers } = bucket({ 'a.json': '{"n":1}' });
  const cloud = new TestCloud({ handlers });
  for (const key of ['none.json', 'a.json']) {
    const result = await cloud.run(map({ ItemReader: reader(key, { InputType: 'JSON' }) }));
    assert.equal(result.error, 'States.ItemReaderFailed');
    assert.deepEqual((await cloud.types(result.executionArn)).slice(2), [
      'MapStateStarted',
      'MapRunStarted',
      'MapRunFailed',
      'MapStateFailed',
      'ExecutionFailed',
    ]);
  }
  await cloud.close();
});

test('items are packed by number and by bytes', async () => {
  const cloud = new TestCloud();
  const byNumber = await cloud.run(
    map({
      Items: [1, 2, 3],
      ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { job: '{% $states.context.Execution.Name %}' } },
    }),
  );
  const batches = JSON.parse(byNumber.output ?? '');
  assert.deepEqual(
    batches.map(({ Items }: { Items: unknown }) => Items),
    [[1, 2], [3]],
  );
  assert.equal(batches[0].BatchInput.job, byNumber.name);
  const byBytes = await cloud.run(
    map({ Items: ['aaaaaaaa', 'bbbbbbbb', 'cccccccc'], ItemBatcher: { MaxInputBytesPerBatch: 40 } }),
  );
  for (const batch of JSON.parse(byBytes.output ?? '')) assert.ok(JSON.stringify(batch).length <= 40);
  await cloud.close();
});

test('stopping an execution stops the children of its Map Run', async () => {
  const cloud = new TestCloud();
  const machine = await cloud.create(
    'backup',
    map({ Items: [1, 2], ItemProcessor: processor({ Item: { Type: 'Wait', Seconds: 60, End: true } }) }),
  );
  const execution = await cloud.startExecution(machine);
  await cloud.settle();
  const { mapRuns } = await cloud.api<{ mapRuns: { mapRunArn: string }[] }>('ListMapRuns', { executionArn: execution });
  const { mapRunArn } = mapRuns[0] ?? {};
  const running = await cloud.api<{ executionCounts: { running: number } }>('DescribeMapRun', { mapRunArn });
  assert.equal(running.executionCounts.running, 2);
  await cloud.api('StopExecution', { executionArn: execution });
  await cloud.settle();
  const described = await cloud.api<{ status: string; executionCounts: { aborted: number } }>('DescribeMapRun', {
    mapRunArn,
  });
  assert.deepEqual([described.status, described.executionCounts.aborted], ['ABORTED', 2]);
  await cloud.close();
});

test('throttling and outages while children are started or followed are waited out', async () => {
  const cloud = new TestCloud();
  const machine = await cloud.create('backup', map({ Items: [1, 2, 3] }));
  const parent = await cloud.create('parent', {
    QueryLanguage: 'JSONata',
    StartAt: 'Nest',
    States: {
      Nest: {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Arguments: { StateMachineArn: machine },
        Output: '{% $states.result.Output %}',
        End: true,
      },
    },
  });
  const trouble = (times: number) => (): void => {
    if (times-- > 0) throw new AwsError('ThrottlingException', 'Rate exceeded', 400);
  };
  const execution = await cloud.startExecution(parent);
  cloud.trouble.set('states:StartExecution', (input) => {
    if (
      input.stateMachineArn === machine &&
      'name' in input &&
      (cloud.clock.now() / 1000) % 10 === 0 &&
      input.input !== '{}'
    ) {
      throw new AwsError('ServiceUnavailable', 'try again', 503);
    }
  });
  cloud.trouble.set('states:DescribeExecution', trouble(2));
  const result = await cloud.finish(execution);
  assert.equal(result.output, '[1,2,3]');
  assert.equal((await cloud.types(execution)).filter((type) => type === 'TaskFailed').length, 0);
  const made = (name: string) => cloud.calls.filter(({ operation }) => operation === name).length;
  assert.deepEqual([made('StartExecution'), made('DescribeExecution')], [7, 3]);
  await cloud.close();
});
