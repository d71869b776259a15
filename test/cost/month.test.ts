import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineThrough, type Metered, meter, meters, sum, usdOf } from '../../dev/cost/meter.ts';
import { type Assumptions, type Measured, monthOf } from '../../dev/cost/month.ts';

const GIB = 1_073_741_824;
const of = (value: number): Metered => Object.fromEntries(meters.map((name) => [name, value])) as Metered;
const call = (service: string, action: string, count = 1) => ({
  ...{ account: '111111111111', service, action, count },
  outcome: 'ok',
});

test('each call counts for what AWS bills, and nothing for what it does not', () => {
  const counted = meter(
    [
      call('ebs', 'GetSnapshotBlock', 5),
      call('ebs', 'ListChangedBlocks', 2),
      call('s3', 'PutObject', 3),
      call('s3', 'HeadObject', 4),
      call('s3', 'DeleteObject', 100),
      call('dynamodb', 'UpdateItem', 6),
      call('dynamodb', 'TransactWriteItems', 2),
      call('dynamodb', 'Query', 7),
      call('lambda', 'Invoke', 8),
      call('lambda', 'GetFunction', 100),
      call('sts', 'AssumeRole', 100),
      call('ec2', 'DescribeVolumes', 100),
    ],
    9,
  );
  const some = Object.fromEntries(Object.entries(counted).filter(([, count]) => count > 0));
  assert.deepEqual(some, {
    'EBS direct: blocks read': 5,
    'EBS direct: lists': 2,
    'S3: PUT, LIST': 3,
    'S3: GET, HEAD': 4,
    'Step Functions: state transitions': 9,
    'Lambda: requests': 8,
    'DynamoDB: writes': 14,
    'DynamoDB: reads': 7,
  });
  assert.ok(Math.abs(usdOf(meter([call('ebs', 'GetSnapshotBlock', 1_000)], 0)) - 0.003) < 1e-12);
});

test('a line goes through both measurements, and never promises less than nothing', () => {
  const { each, more } = lineThrough({ counted: of(30), size: 10 }, { counted: of(70), size: 30 });
  assert.deepEqual([each['SQS: requests'], more['SQS: requests']], [10, 2]);
  assert.equal(sum([each, 3], [more, 100])['SQS: requests'], 230);
  const falling = lineThrough({ counted: of(70), size: 10 }, { counted: of(30), size: 30 });
  assert.deepEqual([falling.each['SQS: requests'], falling.more['SQS: requests']], [70, 0]);
});

/** A job takes 10 of everything and one a block; stored is half. */
const backup = (blocks: number) => ({ counted: of(10 + blocks), blocks, storedBytes: blocks * 262_144 });
const measured: Measured = {
  full: [backup(1_000), backup(3_000)],
  incremental: [backup(100), backup(300)],
  check: [
    { counted: of(20), libraryBytes: GIB },
    { counted: of(30), libraryBytes: 2 * GIB },
  ],
};
const assumed: Assumptions = {
  ...{ instances: 10, change: 0.03, days: 30, leastNodeHours: 0.25, nodeMibPerSecond: 250 },
  ...{ lambdaSeconds: 0.2, lambdaGb: 0.25 },
};

test('a month of a TiB: every job of every instance, every changed block, and a check a day of all that is stored', () => {
  const { first, calls, storedGib, nodeHours, usd } = monthOf(measured, assumed, usdOf);
  const blocks = 2_097_152;
  assert.equal(first['SQS: requests'], 10 * 10 + blocks);
  assert.equal(storedGib, 512 + 512 * 0.03 * 30);
  const wanted = 30 * (10 * 10 + blocks * 0.03) + 30 * (10 + 10 * storedGib);
  assert.ok(Math.abs(calls['SQS: requests'] - wanted) < 1e-3);
  assert.equal(nodeHours, 7.5);
  const { library, baseSnapshots, nodes, lambdaDuration, calls: ofCalls, total, awsBackup } = usd;
  assert.ok(Math.abs(total - (library + baseSnapshots + nodes + lambdaDuration + ofCalls)) < 1e-9);
  assert.ok(Math.abs(awsBackup - 1_024 * 1.9 * 0.05) < 1e-9);
  assert.ok(Math.abs(library - storedGib * 0.023) < 1e-9);
});
