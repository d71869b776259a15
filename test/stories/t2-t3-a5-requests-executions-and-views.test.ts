/** Ways in: the tenants' API (T2), what operators see of an execution (T3), and what tenants never see (A5). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CliError } from '../../cli/cli-error.ts';
import { sendSigned } from '../../cli/signed-request.ts';
import { operatorRoutes, operatorTenantPrefix, operatorTenantRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { runCli } from '../../dev/cli.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { completed, launch, pointOf, resultOf, withKey } from './tenant-days.ts';
import { openWorld, startBackup, type Tenant, type World, waitForCleanup, waitForJob } from './world.ts';

/** As any HTTP client with the tenant's credentials would. */
const send = ({ local }: World, { user }: Tenant, method: string, path: string, body?: object) => {
  const url = new URL(local.apiUrl);
  return sendSigned(url, local.place.region, user, {
    method,
    path: `${url.pathname.replace(/\/$/, '')}${path}`,
    query: {},
    headers: {},
    body: body && JSON.stringify(body),
  });
};

const refusal = (call: Promise<unknown>): Promise<CliError> =>
  call.then(
    () => assert.fail('it was not refused'),
    (error: CliError) => error,
  );

const pathOf = ({ operator }: World, { hypervisorId }: Tenant, jobId: string) => {
  const route = {
    ...operatorTenantRoutes.getJobPath,
    path: `${operatorTenantPrefix}${operatorTenantRoutes.getJobPath.path}`,
  };
  return operator.call(route, { params: { hypervisorId, jobId } });
};

const describeExecution = async ({ local: { cloud, place } }: World, executionArn: string) => {
  const root = cloud.admin.rootPrincipal(place.accountId);
  const answer = await cloud.kernel.call(root, place.region, 'states', 'DescribeExecution', { executionArn });
  const { name, input } = answer as { readonly name: string; readonly input: string };
  return { name, input: JSON.parse(input) as Record<string, unknown> };
};

test('T2, T3, A5: tenants work through the API, operators follow executions, and neither view tells too much', async (t) => {
  const world = await openWorld(t, { nodes: 0 });
  const { local, operator } = world;
  const [acme, globex] = world.tenants;
  const [ofAcme, ofGlobex] = await Promise.all([launch(world, acme, 81), launch(world, globex, 82)]);
  const plans = new Map<Tenant, string>();
  for (const [tenant, { instanceId }] of [
    [acme, ofAcme],
    [globex, ofGlobex],
  ] as const) {
    const { planId } = await tenant.api.call(tenantRoutes.addPlan, { body: { name: 'nightly' } });
    plans.set(tenant, planId);
    const match = { instanceIds: [instanceId] };
    await tenant.api.call(tenantRoutes.addVmGroup, { body: { name: 'all', match, planId } });
  }

  // No access node is there yet: one job fails of it.
  const failed = await waitForJob(acme, await startBackup(acme, [ofAcme.instanceId], { queueDeadlineSeconds: 2 }));
  assert.equal(failed.state, 'failed', JSON.stringify(failed));
  await waitForCleanup(world, failed.jobId);
  local.startNode({ serviceId: world.serviceId, queues: world.queues });

  let jobId = '';
  await t.test(
    'T2: asked again with the same key, and at once, it is one job; another request with it is refused',
    async () => {
      const body = { planId: plans.get(acme) };
      const keyed = withKey(world, acme, 'nightly-1');
      const answers = await Promise.all([1, 2, 3].map(() => keyed.call(tenantRoutes.startBackup, { body })));
      const ids = new Set(answers.map((answer) => answer.jobId));
      assert.equal(ids.size, 1);
      [jobId] = [...ids] as [string];
      await completed(world, acme, jobId);
      assert.deepEqual(await keyed.call(tenantRoutes.startBackup, { body }), { jobId }, 'also when it has ended');
      const other = await refusal(keyed.call(tenantRoutes.startBackup, { body: { ...body, level: 'full' } }));
      assert.deepEqual([other.name, other.field], ['Conflict', 'Idempotency-Key']);
      const own = { planId: plans.get(globex) };
      const theirs = await withKey(world, globex, 'nightly-1').call(tenantRoutes.startBackup, { body: own });
      assert.notEqual(theirs.jobId, jobId, 'a key is its tenant’s own');
      await completed(world, globex, theirs.jobId);
      const { items } = await acme.api.call(tenantRoutes.listJobs, {});
      assert.equal(items.length, 2);
    },
  );

  await t.test('T2: a restore is one call; lists come in pages, each thing once', async () => {
    const recoveryPointId = pointOf(await waitForJob(acme, jobId));
    const answer = await send(world, acme, 'POST', '/restores', { recoveryPointId, target: { kind: 'volumes' } });
    assert.equal(answer.status, 202, answer.text);
    const restore = await completed(world, acme, (JSON.parse(answer.text) as { jobId: string }).jobId);
    assert.equal(resultOf(restore).volumes.length, 1);

    const seen: string[] = [];
    let next: string | undefined;
    do {
      const page = await acme.api.call(tenantRoutes.listJobs, { query: { limit: 1, next } });
      assert.ok(page.items.length <= 1);
      seen.push(...page.items.map((job) => job.jobId));
      next = page.next;
      if (next !== undefined) {
        const foreign = await globex.api.call(tenantRoutes.listJobs, { query: { limit: 1, next } }).then(
          ({ items }) => items.map((job) => job.jobId),
          () => [],
        );
        assert.ok(!foreign.some((id) => seen.includes(id)), 'a page of one tenant is no key to it for another');
      }
    } while (next !== undefined);
    assert.deepEqual(seen, [restore.jobId, jobId, failed.jobId], 'newest first');
  });

  await t.test('T2: errors are problem+json that name the field; a body cannot name a tenant', async () => {
    for (const [path, body, status, field] of [
      ['/backups', { instanceIds: [ofAcme.instanceId], tenantId: globex.hypervisorId }, 400, 'tenantId'],
      ['/backups', { instanceIds: [] }, 400, 'instanceIds'],
      ['/backups', { planId: plans.get(globex) }, 404, 'planId'],
      ['/restores', { recoveryPointId: 'rp-1; drop' }, 400, 'recoveryPointId'],
    ] as const) {
      const answer = await send(world, acme, 'POST', path, body);
      const problem = JSON.parse(answer.text) as Record<string, unknown>;
      assert.deepEqual([answer.status, problem.status, problem.field], [status, status, field], answer.text);
      for (const member of ['type', 'title', 'code', 'detail', 'remedy']) {
        assert.equal(typeof problem[member], 'string', `${path} ${member}`);
      }
    }
  });

  await t.test('T2: the API describes itself, to each side what it may call', async () => {
    const document = (await acme.api.call(tenantRoutes.getOpenApi, {})) as { openapi: string; paths: object };
    assert.match(document.openapi, /^3\.1/);
    const paths = new Set(Object.values(tenantRoutes).map(({ path }) => path));
    assert.deepEqual(new Set(Object.keys(document.paths)), paths);
  });

  await t.test(
    'T3: an execution is named by job and attempt, and its input names tenant, plan and trigger',
    async () => {
      for (const tenant of world.tenants) {
        const { items } = await tenant.api.call(tenantRoutes.listJobs, {
          query: { type: 'backup', state: 'completed' },
        });
        const id = items[0]?.jobId ?? '';
        const path = await pathOf(world, tenant, id);
        const { name, input } = await describeExecution(world, path.executionArn);
        assert.equal(name, `${id}-1`);
        assert.deepEqual(
          [input.jobId, input.attempt, input.tenantId, input.tenantName, input.planId, input.trigger],
          [id, 1, tenant.hypervisorId, tenant.name, plans.get(tenant), 'api'],
        );
        assert.equal(path.status, 'SUCCEEDED');
        const names = path.states.map((state) => state.name);
        assert.deepEqual([names[0], names.at(-1)], ['Open the job', 'The job is done']);
        const below = path.states.flatMap(({ children = [] }) => children).flatMap(({ states }) => states);
        for (const state of [...path.states, ...below]) {
          assert.match(state.name, /^[A-Z][a-z]*( |$)[^_]*$/, 'a state’s name reads as a sentence');
          assert.ok(Date.parse(state.exitedAt ?? '') >= Date.parse(state.enteredAt), state.name);
        }
        assert.ok(below.some((state) => state.name === 'Commit the recovery point'));
      }
    },
  );

  await t.test(
    'T3: of a job that failed, the path ends in its reason; the command shows it to operators only',
    async () => {
      const path = await pathOf(world, acme, failed.jobId);
      assert.equal(path.status, 'FAILED');
      const all = JSON.stringify(path.states);
      assert.match(all, /"error":\{"name":"NoAccessNode"/);
      const shown = await runCli(local, local.accounts.operator, [
        ...['job', 'show', failed.jobId],
        ...['--tenant', acme.hypervisorId],
      ]);
      assert.equal(shown.exitCode, 0, shown.stderr);
      for (const words of ['Open the job', 'The job failed', 'NoAccessNode'])
        assert.ok(shown.stdout.includes(words), words);
      assert.doesNotMatch(all + shown.stdout, /taskToken|AAAAK/i);
      const route = {
        ...operatorTenantRoutes.getJobPath,
        path: `/operator/tenants/${acme.hypervisorId}/jobs/{jobId}/path`,
      };
      await assert.rejects(acme.api.call(route, { params: { jobId: failed.jobId } }));
    },
  );

  await t.test('A5: no answer, message or line that reaches a tenant tells anything of the service side', async () => {
    assert.deepEqual((await operator.call(operatorRoutes.listOpenJobs, {})).items, [], 'all is quiet');
    for (const [tenant, other] of [
      [acme, globex],
      [globex, acme],
    ] as const) {
      const list = async (path: string, id: string): Promise<string[]> => {
        const { items } = JSON.parse((await send(world, tenant, 'GET', path)).text) as {
          items: Record<string, string>[];
        };
        return items.map((item) => item[id] ?? '');
      };
      const jobs = await list('/jobs', 'jobId');
      const points = await list('/recovery-points', 'recoveryPointId');
      assert.ok(jobs.length > 0 && points.length > 0);
      const gets = [
        '/hypervisor',
        '/jobs',
        '/recovery-points',
        '/plans',
        '/vm-groups',
        '/retention',
        ...jobs.map((id) => `/jobs/${id}`),
        ...points.map((id) => `/recovery-points/${id}`),
        ...(await list('/plans', 'planId')).map((id) => `/plans/${id}`),
        ...(await list('/vm-groups', 'groupId')).flatMap((id) => [`/vm-groups/${id}`, `/vm-groups/${id}/preview`]),
      ];
      const answers = await Promise.all(
        gets.map(async (path) => {
          const { status, text } = await send(world, tenant, 'GET', path);
          assert.equal(status, 200, text);
          return [path, text] as const;
        }),
      );
      const preview = { recoveryPointId: points[0] };
      const dryRun = (await send(world, tenant, 'POST', '/restores/dry-run', preview)).text;
      const foreign = (await send(world, tenant, 'GET', `/jobs/${failed.jobId.replace(/.$/, '0')}`)).text;
      const show = (...args: string[]) => runCli(local, tenant.user, args);
      const lines = await Promise.all([show('job', 'show', jobs.at(-1) ?? ''), show('recovery-point', 'list')]);
      const told = [
        ...answers,
        ['dry run', dryRun],
        ['absent job', foreign],
        ...lines.map(({ stdout, stderr }) => ['command', stdout + stderr] as const),
      ] as const;
      for (const [about, text] of told) {
        const secrets = [
          SERVICE_ACCOUNT,
          world.serviceId,
          other.accountId,
          other.hypervisorId,
          'holdfast-dev',
          'sqs.',
          's3:',
        ];
        for (const secret of secrets) assert.ok(!text.includes(secret), `${about} shows ${secret}: ${text}`);
        assert.doesNotMatch(
          text,
          /access.?node|media.?agent|ebs-direct|"transport":|"library":|executionArn|requestedBy/i,
          about,
        );
      }
    }
    const seen = await acme.api.call(tenantRoutes.getJob, { params: { jobId: failed.jobId } });
    assert.match(JSON.stringify([seen.error, seen.instances]), /capacity|provider/i, 'it is told what to do about it');
  });
});
