import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { CreateStateMachineCommand, GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createSfnExecutions } from '../../adapters/aws/sfn-executions.ts';
import type { Executions, PathState } from '../../core/ports/control.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { freshId } from './records.ts';
import { REGION, startWorld, until, type World } from './world.ts';

const PREFIX = `arn:aws:states:${REGION}:${SERVICE_ACCOUNT}:stateMachine:holdfast-test`;
const GOOD = 'i-00000001';
const BAD = 'i-00000002';

/** Fails by name for one instance, as the machine does that backup and snapshot share. */
const snapshots = {
  QueryLanguage: 'JSONata',
  StartAt: 'Is it the bad one?',
  States: {
    'Is it the bad one?': {
      Type: 'Choice',
      Choices: [{ Condition: `{% $states.input.instanceId = '${BAD}' %}`, Next: 'Say why' }],
      Default: 'Take the snapshots',
    },
    'Take the snapshots': { Type: 'Wait', Seconds: 0, End: true },
    'Say why': { Type: 'Fail', Error: 'SnapshotFailed', Cause: 'the volume is gone' },
  },
};

const backup = {
  QueryLanguage: 'JSONata',
  StartAt: 'Open the job',
  States: {
    'Open the job': { Type: 'Pass', Next: 'Protect each instance' },
    'Protect each instance': {
      Type: 'Map',
      Label: 'instances',
      Items: '{% $states.input.instances %}',
      ToleratedFailurePercentage: 100,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Snapshot the volumes',
        States: {
          'Snapshot the volumes': {
            Type: 'Task',
            Resource: 'arn:aws:states:::states:startExecution.sync:2',
            Arguments: {
              StateMachineArn: `${PREFIX}-snapshots`,
              Input: '{% $states.input %}',
              Name: "{% $states.input.jobId & '-' & $states.input.instanceId %}",
            },
            TimeoutSeconds: 60,
            Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Note the failure' }],
            End: true,
          },
          'Note the failure': { Type: 'Pass', End: true },
        },
      },
      Next: 'Close the job',
    },
    'Close the job': { Type: 'Wait', Seconds: '{% $states.context.Execution.Input.seconds %}', Next: 'Did it fail?' },
    'Did it fail?': { Type: 'Fail', Error: 'SnapshotFailed', Cause: 'one of the instances failed' },
  },
};

/** Many children, of which the one that was started first fails. */
const snapshot = {
  QueryLanguage: 'JSONata',
  StartAt: 'Move the segments',
  States: {
    'Move the segments': {
      Type: 'Map',
      Items: '{% $states.input.segments %}',
      MaxConcurrency: 1,
      ToleratedFailurePercentage: 100,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Hand the segment out',
        States: {
          'Hand the segment out': {
            Type: 'Choice',
            Choices: [{ Condition: '{% $states.input = 0 %}', Next: 'Say why' }],
            Default: 'Moved',
          },
          Moved: { Type: 'Succeed' },
          'Say why': { Type: 'Fail', Error: 'ChecksumMismatch', Cause: 'block 7' },
        },
      },
      End: true,
    },
  },
};

describe("an execution's path, read with the operators' role", () => {
  let world: World;
  let executions: Executions;

  before(async () => {
    world = await startWorld();
    const root = new SFNClient(clientSettings('own', REGION, world.cloud.admin.rootAccessKey(SERVICE_ACCOUNT)));
    for (const [name, role, definition] of [
      ['snapshots', 'SnapshotsStatesRole', snapshots],
      ['backup', 'BackupStatesRole', backup],
      ['snapshot', 'SnapshotStatesRole', snapshot],
    ] as const) {
      const roleArn = world.arn(role);
      await root.send(
        new CreateStateMachineCommand({
          name: `holdfast-test-${name}`,
          roleArn,
          definition: JSON.stringify(definition),
        }),
      );
    }
    const machine = `${PREFIX}-backup`;
    executions = createSfnExecutions({
      client: new SFNClient(clientSettings('own', REGION, world.as('OperatorApiRole'))),
      machines: {
        backup: machine,
        snapshot: `${PREFIX}-snapshot`,
        'backup-copy': machine,
        restore: machine,
        cleanup: machine,
        'library-run': machine,
      },
    });
  });
  after(() => world.stop());

  const start = async (seconds: number, instanceIds: readonly string[]): Promise<string> => {
    const jobId = freshId('job');
    const instances = instanceIds.map((instanceId) => ({ jobId, instanceId }));
    await executions.start('backup', `${jobId}-1`, { jobId, seconds, instances });
    return `${jobId}-1`;
  };
  const names = (states: readonly PathState[]): string[] => states.map(({ name }) => name);
  const ended = (name: string) =>
    until(
      () => executions.path('backup', name),
      (path) => path?.status === 'FAILED',
    );

  it('names the states in order, and below a Map its instances and the machines that they ran', async () => {
    const path = await ended(await start(0, [GOOD, BAD]));
    assert.ok(path);
    assert.deepEqual(names(path.states), ['Open the job', 'Protect each instance', 'Close the job', 'Did it fail?']);
    const instances = path.states[1]?.children ?? [];
    assert.deepEqual(instances.map(({ label }) => label).toSorted(), [GOOD, BAD]);
    const [good, bad] = [GOOD, BAD].map((id) => instances.find(({ label }) => label === id));
    assert.deepEqual(names(good?.states ?? []), ['Snapshot the volumes']);
    assert.equal(good?.states[0]?.error, undefined);
    const [nested] = good?.states[0]?.children ?? [];
    assert.equal(nested?.status, 'SUCCEEDED');
    assert.deepEqual(names(nested?.states ?? []), ['Is it the bad one?', 'Take the snapshots']);

    assert.equal(bad?.status, 'SUCCEEDED', 'the failure was caught');
    assert.deepEqual(names(bad?.states ?? []), ['Snapshot the volumes', 'Note the failure']);
    const why = { name: 'SnapshotFailed', cause: 'the volume is gone' };
    assert.deepEqual(bad?.states[0]?.error, why, 'not States.TaskFailed with a document as its cause');
    assert.deepEqual(bad?.states[0]?.children?.[0]?.states.at(-1)?.error, why);
    assert.deepEqual(path.states.at(-1)?.error, { name: 'SnapshotFailed', cause: 'one of the instances failed' });
  });

  it('tells what went into the states that are asked for and came out, of one instance, and no more than may be shown', async () => {
    const name = await start(0, [GOOD, BAD]);
    assert.ok(await ended(name));
    const state = 'Snapshot the volumes';
    const path = await executions.path('backup', name, { state, instanceId: BAD });
    assert.ok(path?.states.every(({ input, output }) => input === undefined && output === undefined));
    const instances = path?.states[1]?.children ?? [];
    const [good, bad] = [GOOD, BAD].map((id) => instances.find(({ label }) => label === id)?.states[0]);
    assert.deepEqual([good?.input, good?.output], [undefined, undefined]);
    assert.deepEqual(JSON.parse(bad?.input?.text ?? ''), { jobId: name.slice(0, -2), instanceId: BAD });
    assert.match(bad?.output?.text ?? '', /SnapshotFailed/);
    const whole = await executions.path('backup', name, { state: 'Protect each instance' });
    const { instances: given, seconds } = JSON.parse(whole?.states[1]?.input?.text ?? '');
    assert.deepEqual([given, seconds], ['(not shown)', '(not shown)'], 'no step’s contract names these');
  });

  it('says when each state was entered and left, and leaves open the one that it is in', async () => {
    const from = Date.now();
    const name = await start(3_600, [GOOD]);
    const path = await until(
      () => executions.path('backup', name),
      (answer) => answer?.states.at(-1)?.name === 'Close the job',
    );
    assert.equal(path?.status, 'RUNNING');
    for (const [index, { enteredAt, exitedAt }] of (path?.states ?? []).entries()) {
      assert.ok(enteredAt >= from - 1_000 && enteredAt <= Date.now());
      if (index === 2) assert.equal(exitedAt, undefined);
      else assert.ok((exitedAt ?? 0) >= enteredAt);
    }
    await executions.stop('backup', name, 'JobCancelled', 'the tenant asked for it');
    const stopped = await executions.path('backup', name);
    assert.equal(stopped?.status, 'ABORTED');
    assert.deepEqual(stopped?.states.at(-1)?.error, { name: 'JobCancelled', cause: 'the tenant asked for it' });
  });

  it('is undefined of what was never started', async () => {
    assert.equal(await executions.path('backup', 'never-started'), undefined);
  });

  it('shows 50 of the children of a Map, those that failed among them, and reads no more histories than that', async () => {
    const name = freshId('job');
    await executions.start('snapshot', name, { segments: Array.from({ length: 60 }, (_, index) => index) });
    await until(
      () => executions.status('snapshot', name),
      (status) => status === 'SUCCEEDED',
    );
    const mark = world.cloud.trail.mark();
    const path = await executions.path('snapshot', name);
    const children = path?.states[0]?.children ?? [];
    assert.equal(children.length, 50);
    assert.deepEqual(
      children.filter(({ status }) => status === 'FAILED').map(({ states }) => states.at(-1)?.error?.name),
      ['ChecksumMismatch'],
    );
    const histories = await world.cloud.trail.records({ since: mark, eventName: 'GetExecutionHistory' });
    assert.equal(histories.length, 51);
  });

  it('is not for tenants, nor for steps: histories hold task tokens', async () => {
    const path = await start(0, [GOOD]);
    for (const role of ['TenantApiRole', 'CleanUpRole', 'BrokerRole']) {
      const client = new SFNClient(clientSettings('own', REGION, world.as(role)));
      const executionArn = `${PREFIX.replace(':stateMachine:', ':execution:')}-backup:${path}`;
      await assert.rejects(client.send(new GetExecutionHistoryCommand({ executionArn })), {
        name: 'AccessDeniedException',
      });
    }
  });
});
