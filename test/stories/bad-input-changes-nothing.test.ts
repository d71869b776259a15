import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { operatorRoutes } from '../../core/contracts/api.ts';
import { runCli } from '../../dev/cli.ts';
import { leftInAccount } from '../../dev/demo/tenant-instance.ts';
import { eventually } from './tenant-days.ts';
import { instanceWithData, openWorld, startBackup, waitForCleanup, waitForJob } from './world.ts';

const NO_INSTANCE = 'i-0123456789abcdef0';
const NO_ROLE = 'arn:aws:iam::444444444444:role/holdfast-none';

test('bad input is refused by name, in the CLI, the job’s record and the execution, and changes nothing', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const { local, operator } = world;
  const [acme, globex] = world.tenants;
  const instance = await instanceWithData(world, acme, [1], { seed: 9, mibPerPage: 1 });
  await instanceWithData(world, globex, [1], { seed: 10, mibPerPage: 1 });
  const hypervisors = async () => (await operator.call(operatorRoutes.listHypervisors, {})).items.length;
  const before = await hypervisors();
  const add = (...args: string[]) =>
    runCli(local, local.accounts.operator, [
      'hypervisor',
      'add',
      'tenant',
      '--name',
      'x',
      '--account',
      '444444444444',
      ...args,
    ]);

  await t.test('an unknown auth method', async () => {
    const { exitCode, stderr } = await add('--auth', 'password');
    assert.equal(exitCode, 2);
    assert.match(stderr, /assume-role/);
    assert.match(stderr, /access-key/);
  });

  await t.test('an IAM role for a tenant: the two that are allowed are named', async () => {
    const { exitCode, stderr } = await add('--auth', 'iam-role');
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /assume-role/);
    assert.match(stderr, /access-key/);
  });

  await t.test('an account that was not invited', async () => {
    const { exitCode, stderr } = await add('--auth', 'assume-role', '--role-arn', NO_ROLE);
    assert.equal(exitCode, 3);
    assert.match(stderr, /has not been invited[\s\S]*holdfast tenant invite --account 444444444444/);
  });

  const invited = await runCli(local, local.accounts.operator, [
    ...['tenant', 'invite', '--account', '444444444444', '--name', 'x', '--json'],
  ]);
  assert.equal(invited.exitCode, 0, invited.stderr);

  await t.test('a role that cannot be assumed', async () => {
    const { exitCode, stderr } = await add('--auth', 'assume-role', '--role-arn', NO_ROLE);
    assert.equal(exitCode, 3);
    assert.match(stderr, /CredentialsRejected/);
  });

  await t.test('a wrong ExternalId', async () => {
    const { exitCode, stderr } = await add(
      ...['--auth', 'assume-role', '--role-arn', NO_ROLE, '--external-id', 'wrong'],
    );
    assert.equal(exitCode, 3);
    assert.match(stderr, /InvalidRequest[\s\S]*not the ExternalId that the account 444444444444 was invited under/);
  });

  await t.test('a wrong secret', async () => {
    await assert.rejects(
      operator.call(operatorRoutes.addHypervisor, {
        body: {
          kind: 'tenant',
          name: 'x',
          accountId: '444444444444',
          region: local.place.region,
          auth: { method: 'access-key', accessKeyId: acme.user.accessKeyId, secretAccessKey: 'x'.repeat(40) },
        },
      }),
      /credentials/i,
    );
  });

  await t.test('an account other than the credentials’', async () => {
    const { exitCode, stderr } = await add('--auth', 'assume-role', '--role-arn', globex.roleArn);
    assert.equal(exitCode, 3);
    assert.match(stderr, /333333333333/);
  });
  assert.equal(await hypervisors(), before, 'no hypervisor was added');

  await t.test('an instance that does not exist', async () => {
    const { exitCode, stdout, stderr } = await runCli(local, acme.user, ['backup', 'start', NO_INSTANCE, '--wait']);
    assert.equal(exitCode, 1);
    assert.match(stdout + stderr, /InstanceNotFound/);
    const jobId = /job-[0-9a-f-]{32,36}/.exec(stdout + stderr)?.[0] as string;
    const job = await waitForJob(acme, jobId);
    assert.deepEqual([job.state, job.error?.name], ['failed', 'InstanceNotFound']);
    const { accountId, region } = local.place;
    const executionArn = `arn:aws:states:${region}:${accountId}:execution:holdfast-dev-backup:${jobId}-1`;
    const look = () =>
      local.cloud.kernel.call(local.cloud.admin.rootPrincipal(accountId), region, 'states', 'DescribeExecution', {
        executionArn,
      }) as Promise<{ status: string; error: string; cause: string }>;
    // The job has ended before its last step has: that tells of it first.
    const execution = await eventually('the execution ends', look, ({ status }) => status !== 'RUNNING');
    assert.deepEqual([execution.status, execution.error], ['FAILED', 'InstanceNotFound']);
    assert.match(execution.cause, new RegExp(NO_INSTANCE));
  });

  await t.test('a recovery point that does not exist', async () => {
    const { exitCode, stderr } = await runCli(local, acme.user, ['restore', 'start', `rp-${randomUUID()}`]);
    assert.equal(exitCode, 3);
    assert.match(stderr, /NotFound/);
  });

  await t.test('no access node: the job waits, says so, and fails by its deadline', async () => {
    const jobId = await startBackup(acme, [instance.instanceId], { queueDeadlineSeconds: 8 });
    await waitForJob(acme, jobId, (job) => job.instances?.[0]?.phase === 'waiting for capacity');
    const job = await waitForJob(acme, jobId);
    assert.deepEqual([job.state, job.error?.name], ['failed', 'NoCapacity']);
    await waitForCleanup(world, jobId);
    const left = await leftInAccount(acme.ec2);
    assert.deepEqual([left.snapshots, left.images, left.looseVolumes], [[], [], []]);
  });

  await t.test('and nothing is left in the other tenant’s account either', async () => {
    const left = await leftInAccount(globex.ec2);
    assert.deepEqual([left.snapshots, left.images, left.looseVolumes], [[], [], []]);
  });
});
