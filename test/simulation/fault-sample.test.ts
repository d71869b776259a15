import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { faultKinds } from '../../dev/simulation/call.ts';
import { type Cell, type CellResult, nameOf } from '../../dev/simulation/faults/cell.ts';
import { wrongWith } from '../../dev/simulation/faults/judge.ts';
import { CELLS_SCRIPT } from '../../dev/simulation/faults/task.ts';
import { runInChild } from '../../dev/simulation/in-child.ts';

const first = (scenario: string, path: string, kind: Cell['kind']): Cell => ({
  ...{ scenario, path, kind },
  ...{ place: 'first', nth: 0 },
});

/** Each kind, and each service that a job calls, once; all cells: npm run sim -- --faults. */
const sample: readonly Cell[] = [
  first('snapshot', 'function dynamodb:UpdateItem', 'timeout-after'),
  first('snapshot', 'function ec2:CreateSnapshots', 'access-denied'),
  first('snapshot', 'function ec2:DescribeSnapshots', 'error-5xx'),
  first('snapshot', 'function sts:AssumeRole', 'expired-token'),
  first('snapshot', 'function states:DescribeExecution', 'stale-read'),
  first('snapshot', 'function events:PutEvents', 'timeout-before'),
  first('snapshot', 'function s3:PutObject', 'throttle'),
  first('snapshot', 'node sqs:ReceiveMessage', 'malformed-answer'),
  first('snapshot', 'node lambda:Invoke', 'error-5xx'),
  first('snapshot', 'node container:GetCredentials', 'malformed-answer'),
  first('backup-copy', 'node ebs:GetSnapshotBlock', 'malformed-answer'),
  first('backup-copy', 'node kms:Decrypt', 'throttle'),
  first('backup-copy', 'node s3:ListObjectsV2', 'cut-page'),
  // by a cleanup, which asks again; and by the machine's last step, whose job the cleanup closes by the right name
  { ...first('snapshot', 'function ec2:DescribeSnapshots', 'access-denied'), place: 'last', nth: 2 },
  { ...first('snapshot', 'function dynamodb:BatchWriteItem', 'access-denied'), place: 'last', nth: 3 },
];

describe('a job suffers one fault, and recovers or ends cleanly by name', () => {
  const results: CellResult[] = [];

  before(() =>
    runInChild<CellResult>({ script: CELLS_SCRIPT, argument: { cells: sample } }, (result) => results.push(result)),
  );

  it('of every kind', () => {
    assert.deepEqual(new Set(sample.map(({ kind }) => kind)), new Set(faultKinds));
  });

  for (const cell of sample) {
    it(nameOf(cell), () => {
      const result = results.find((each) => nameOf(each) === nameOf(cell));
      assert.ok(result, 'it was run');
      assert.equal(wrongWith(result), undefined, [...(result.lines ?? []), ...(result.said ?? [])].join('\n'));
      assert.ok(result.fired, 'the fault happened');
    });
  }
});
