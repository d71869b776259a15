import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onceProfileIsKnown } from '../../adapters/aws/new-instance-profile.ts';

const unknown = () =>
  Object.assign(
    new Error(
      'You must use a valid fully-formed launch template. Value (holdfast-dev-node-1) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
    ),
    { name: 'ValidationError' },
  );

const failing = (times: number, error: () => Error) => {
  const waited: number[] = [];
  let tries = 0;
  const run = async () => {
    if (tries++ < times) throw error();
    return 'made';
  };
  const wait = async (ms: number) => void waited.push(ms);
  return { answer: () => onceProfileIsKnown(run, wait), waited };
};

test('a group is made once IAM has told of a new instance profile', async () => {
  const { answer, waited } = failing(3, unknown);
  assert.equal(await answer(), 'made');
  assert.equal(waited.length, 3);
});

test('it is worth another try if that takes longer than an answer may', async () => {
  const { answer, waited } = failing(1_000, unknown);
  await assert.rejects(answer(), { name: 'TransientFailure', message: /Invalid IAM Instance Profile/ });
  assert.ok(waited.reduce((sum, ms) => sum + ms, 0) <= 20_000);
});

test('any other refusal is told at once', async () => {
  const { answer, waited } = failing(1, () => Object.assign(new Error('no such subnet'), { name: 'ValidationError' }));
  await assert.rejects(answer(), { name: 'ValidationError' });
  assert.deepEqual(waited, []);
});
