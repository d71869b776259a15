import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import type { CliError } from '../../cli/cli-error.ts';
import { operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { executionInput } from '../../core/steps/api/start-job.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { ec2Of } from '../../local/ec2/ec2.ts';
import { idsOf, launch, pointOf, restored, run } from './tenant-days.ts';
import { hashesOf, openWorld, type Tenant, type World, waitForJob } from './world.ts';

const RULES = [
  ['replication', 'hotadd', 'O7'],
  ['replication', 'import-export', 'O7'],
  ['conversion', 'hotadd', 'O8'],
  ['conversion', 'import-export', 'NotAvailable'],
  ['replication', 'ebs-direct', 'NotAvailable'],
  ['restore', 'hotadd', 'NotAvailable'],
] as const;

const refusal = (call: Promise<unknown>): Promise<CliError> =>
  call.then(
    () => assert.fail('it was not refused'),
    (error: CliError) => error,
  );

const asOperator = <Name extends keyof typeof operatorTenantRoutes>(name: Name, { hypervisorId }: Tenant) => {
  const route = operatorTenantRoutes[name];
  return { route: { ...route, path: `${operatorTenantPrefix}${route.path}` }, params: { hypervisorId } };
};

const jobsOf = async ({ api }: Tenant) => (await api.call(tenantRoutes.listJobs, {})).items.length;

/** A job as the API would never have let it in, started: as if what it rests on had changed since. */
const startPastTheApi = async ({ local }: World, tenant: Tenant, likeJobId: string): Promise<string> => {
  const { accountId, region } = local.place;
  const credentials = local.cloud.admin.rootAccessKey(accountId);
  const client = new DynamoDBClient({ endpoint: local.cloud.endpoint, region, credentials });
  const { jobs, hypervisors } = createDynamoCatalog({ client, table: 'holdfast-dev' });
  const like = await jobs.get(tenant.hypervisorId, likeJobId);
  const hypervisor = await hypervisors.get(tenant.hypervisorId);
  assert.ok(like && hypervisor?.kind === 'tenant');
  const { executionArn: _arn, startedAt: _started, endedAt: _ended, ...rest } = like;
  const jobId = `job-${randomUUID()}`;
  const request = { ...like.request, purpose: 'replication', transport: 'hotadd' } as const;
  const job = { ...rest, jobId, state: 'queued', request } as const;
  assert.ok(await jobs.add(job));
  await local.cloud.kernel.call(local.cloud.admin.rootPrincipal(accountId), region, 'states', 'StartExecution', {
    stateMachineArn: `arn:aws:states:${region}:${accountId}:stateMachine:holdfast-dev-${like.type}`,
    name: `${jobId}-1`,
    input: JSON.stringify(executionInput(hypervisor, job)),
  });
  return jobId;
};

test('O7, O8, O9: what may not use another account’s resources is refused, and volume tags follow the place', async (t) => {
  const world = await openWorld(t);
  const { operator } = world;
  const [acme, globex] = world.tenants;
  const [ofAcme, ofGlobex] = await Promise.all([launch(world, acme, 71), launch(world, globex, 72)]);
  const { volumes } = ec2Of(world.local.cloud.kernel);
  for (const [id] of [idsOf(ofAcme), idsOf(ofGlobex)]) {
    // Only AWS itself can give such a tag.
    const tags = { ...volumes.get(id ?? '')?.tags, 'aws:cloudformation:stack-name': 'shop' };
    volumes.change(id ?? '', { tags });
  }
  const truth = await hashesOf(world, [...idsOf(ofAcme), ...idsOf(ofGlobex)]);
  const [backup, snapshot] = await Promise.all([
    run(world, acme, 'startBackup', { instanceIds: [ofAcme.instanceId] }),
    run(world, globex, 'startSnapshot', { instanceIds: [ofGlobex.instanceId] }),
  ]);
  const points = new Map([
    [acme, pointOf(backup)],
    [globex, pointOf(snapshot)],
  ]);

  await t.test(
    'O7, O8: dry run and request say the same; a tenant’s request has no field for how data moves; nothing is begun',
    async () => {
      const before = [await jobsOf(acme), await jobsOf(globex)];
      for (const tenant of world.tenants) {
        const recoveryPointId = points.get(tenant) ?? '';
        for (const [purpose, transport, rule] of RULES) {
          const body = { recoveryPointId, purpose, transport };
          const about = `${purpose} by ${transport} for ${tenant.name}`;
          const dryRun = asOperator('previewRestore', tenant);
          const preview = await operator.call(dryRun.route, { params: dryRun.params, body });
          assert.equal(preview.allowed, false, about);
          const broken = preview.rules.filter(({ outcome }) => outcome === 'refused').map((each) => each.rule);
          assert.deepEqual(broken, rule === 'NotAvailable' ? [] : [rule], about);

          const { route, params } = asOperator('startRestore', tenant);
          const toOperator = await refusal(operator.call(route, { params, body }));
          const code = rule === 'NotAvailable' ? rule : 'RuleViolated';
          assert.equal(toOperator.name, code, about);
          if (rule !== 'NotAvailable') {
            assert.match(
              toOperator.message,
              new RegExp(`${rule}: .*${SERVICE_ACCOUNT}.*needs an access node in ${tenant.accountId}`),
            );
          }
          for (const name of ['startRestore', 'previewRestore'] as const) {
            const toTenant = await refusal(tenant.api.call(tenantRoutes[name], { body }));
            assert.deepEqual([toTenant.name, toTenant.field], ['InvalidRequest', 'transport'], about);
          }
          const own = { recoveryPointId, purpose };
          const seen = await tenant.api.call(tenantRoutes.previewRestore, { body: own });
          assert.equal(seen.allowed, purpose === 'restore', about);
          assert.doesNotMatch(
            JSON.stringify(seen),
            new RegExp(`${SERVICE_ACCOUNT}|${world.serviceId}|access node|ebs-direct|hotadd`),
            about,
          );
        }
      }
      assert.deepEqual([await jobsOf(acme), await jobsOf(globex)], before);
    },
  );

  await t.test('O7, O8: plans are refused in the same way', async () => {
    for (const [purpose, transport, rule] of RULES) {
      const { route, params } = asOperator('addPlan', acme);
      const refused = await refusal(operator.call(route, { params, body: { name: 'elsewhere', purpose, transport } }));
      if (rule === 'NotAvailable') assert.equal(refused.name, rule);
      else assert.match(refused.message, new RegExp(`^${rule}: `));
    }
    assert.deepEqual((await acme.api.call(tenantRoutes.listPlans, {})).items, []);
  });

  await t.test('O7: a job that got past the API is refused by its machine’s first state', async () => {
    const jobId = await startPastTheApi(world, acme, backup.jobId);
    const job = await waitForJob(acme, jobId);
    assert.equal(job.state, 'failed');
    assert.deepEqual(job.instances, [], 'nothing was begun');
    const { route, params } = asOperator('getJob', acme);
    const { error } = await operator.call(route, { params: { ...params, jobId } });
    assert.equal(error?.name, 'RuleViolated');
    assert.match(error?.message ?? '', /^O7: /);
  });

  await t.test(
    'O9: from the library without volume tags unless asked for, from a snapshot with them; both counted',
    async () => {
      const cases = [
        { tenant: acme, ask: {}, leftOut: 1 },
        { tenant: acme, ask: { volumeTags: 'restore' }, leftOut: 0 },
        { tenant: globex, ask: {}, leftOut: 0 },
        { tenant: globex, ask: { volumeTags: 'leave-out' }, leftOut: 1 },
      ] as const;
      for (const { tenant, ask, leftOut } of cases) {
        const about = `${tenant.name} ${JSON.stringify(ask)}`;
        const body = { recoveryPointId: points.get(tenant) ?? '', target: { kind: 'volumes' } as const, ...ask };
        const preview = await tenant.api.call(tenantRoutes.previewRestore, { body });
        const result = await restored(world, tenant, truth, body);
        for (const counts of [preview, result]) {
          assert.deepEqual([counts.volumeTagsLeftOut, counts.awsTagsLeftOut], [leftOut, 1], about);
        }
        const VolumeIds = result.volumes.map(({ volumeId }) => volumeId);
        const { Volumes = [] } = await tenant.ec2.send(new DescribeVolumesCommand({ VolumeIds }));
        const owners = Volumes[0]?.Tags?.filter(({ Key }) => Key === 'owner').map(({ Value }) => Value);
        assert.deepEqual(owners, leftOut === 0 ? [tenant.name] : [], about);
      }
    },
  );
});
