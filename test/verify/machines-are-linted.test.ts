import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintMachine, readMachines } from '../../dev/verify/lint-machines.ts';
import type { Machine } from '../../dev/verify/machine.ts';

const machines = readMachines();

/** What is found in a machine whose text was changed at one place. */
const after = (name: string, find: string, replace: string): readonly string[] => {
  const text = JSON.stringify(machines[name]);
  assert.ok(text.includes(find), `${name} has no ${find}`);
  const changed = JSON.parse(text.replace(find, () => replace)) as Machine;
  return lintMachine(name, { ...machines, [name]: changed }).map(({ where, what }) => `${where} ${what}`);
};

test('there is nothing to be found in the machines that are deployed', () => {
  assert.equal(Object.keys(machines).length, 8);
  for (const name of Object.keys(machines)) assert.deepEqual(lintMachine(name, machines), [], name);
});

test('a wait without a deadline is found', () => {
  assert.match(after('transfer', '"TimeoutSeconds":172800,', '').join(), /Hand the segment.* has no TimeoutSeconds/);
  assert.match(
    after('transfer', '"HeartbeatSeconds":"{% $states.input.queueDeadlineSeconds %}",', '').join(),
    /without HeartbeatSeconds/,
  );
  assert.match(after('backup', '"TimeoutSeconds":432000,', '').join(), /^backup has no TimeoutSeconds/);
  const short = '"HeartbeatSeconds":172800,';
  const found = after('transfer', '"HeartbeatSeconds":"{% $states.input.queueDeadlineSeconds %}",', short);
  assert.match(found.join(), /not shorter than its timeout/);
});

test('an error that nothing raises is found, and one that can never be caught', () => {
  assert.match(after('backup', '"TenantNotBound"', '"TenantNotFound"').join(), /TenantNotFound is no error/);
  assert.match(after('backup', '"Lambda.Unknown"', '"lambda.Unknown"').join(), /lambda.Unknown is no error/);
  assert.match(after('backup', '"States.ALL"', '"States.Everything"').join(), /States.Everything is no error/);
  assert.match(after('backup', '"TenantNotBound"', '"NotFound"').join(), /NotFound is caught twice/);
});

test('a reference to what no state has made is found', () => {
  const missing = after('backup', '$states.input.instancesKey', '$states.input.instanceKey');
  assert.deepEqual(missing, ['backup: Protect each instance $states.input.instanceKey is made by no state before it']);
  assert.match(after('transfer', '$plan.transfer', '$plan.transfers').join(), /\$plan.transfers is made by no state/);
  assert.match(
    after('restore', '"place":"{% $states.result.Payload.place %}",', '').join(),
    /\$place is assigned by no/,
  );
  assert.match(after('clean-up', '"Assign":{"pass":1},', '').join(), /\$pass is not assigned on every way/);
  assert.match(
    after('backup', '$states.context.Execution.Input.attempt', '$states.context.Execution.Input.attempts').join(),
    /attempts is made by no/,
  );
});

test('a payload that its step, or the machine that it starts, would refuse is found', () => {
  assert.match(
    after('restore', '"snapshotIds":"{% $snapshotIds %}"', '"snapshots":"{% $snapshotIds %}"').join(),
    /payload of AwaitSnapshots lacks snapshotIds/,
  );
  assert.match(
    after('backup', '{ \\"direction\\": \\"to-library\\" }', '{ \\"way\\": \\"to-library\\" }').join(),
    /input of Transfer lacks direction/,
  );
  assert.match(
    after('clean-up', '{ \\"pass\\": $pass }', '{ \\"pass\\": $pass, \\"why\\": 1 }').join(),
    /CleanUp has why, which it does not take/,
  );
  assert.match(
    after('backup', '#{SnapshotsStateMachine}', '#{TransferStateMachine}').join(),
    /input of Transfer lacks/,
  );
});

test('a state that nothing leads to is found', () => {
  assert.notDeepEqual(after('transfer', '"Next":"Say why it was not joined"', '"Next":"All is moved"'), []);
});
