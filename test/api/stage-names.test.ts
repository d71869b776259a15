import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeSettings } from '../../functions/wiring/hypervisors.ts';

const settingsOf = (HOLDFAST_STAGE: string) =>
  nodeSettings({
    HOLDFAST_STAGE,
    HOLDFAST_ACCOUNT_ID: '999999999999',
    HOLDFAST_BROKER_FUNCTION_ARN: `arn:aws:lambda:eu-central-1:999999999999:function:holdfast-${HOLDFAST_STAGE}-broker`,
    AWS_REGION: 'eu-central-1',
  });

test('no stage starts whose name another stage’s permissions would reach', () => {
  for (const stage of ['dev', 'test', 'prod', 'prod2']) assert.equal(settingsOf(stage).stage, stage);
  for (const stage of ['prod-eu', 'Prod', '2nd', '-', 'a_b'])
    assert.throws(() => settingsOf(stage), /without a hyphen/, stage);
});
