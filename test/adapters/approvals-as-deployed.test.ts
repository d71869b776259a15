/** What two people agree on, carried out under the roles of the two functions that do it: at once, and after an interruption. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateScheduleCommand, GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateSecretCommand, DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { createResumeApprovals } from '../../core/steps/approvals/resume-approvals.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { createApproverApi } from '../../functions/api/approver-api.ts';
import { createOperatorApi } from '../../functions/api/operator-api.ts';
import { wireOperatorApi } from '../../functions/wiring/api.ts';
import { event } from '../api/call-as.ts';
import { asFunctionOf } from './as-function-of.ts';
import { aPlan, aPoint, aService, aVolume, freshId } from './records.ts';
import { REGION, startWorld, type World } from './world.ts';

const NAME = 'holdfast-test';
const EVE = `arn:aws:sts::${SERVICE_ACCOUNT}:assumed-role/${NAME}-operator/eve`;
const SAM = `arn:aws:sts::${SERVICE_ACCOUNT}:assumed-role/${NAME}-approver/sam`;
const TARGET = `arn:aws:lambda:${REGION}:${SERVICE_ACCOUNT}:function:${NAME}-start-scheduled-job`;
const saved = { ...process.env };

let world: World;
before(async () => {
  world = await startWorld();
  const definition = JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } });
  const name = `${NAME}-library-run`;
  await new SFNClient(root()).send(
    new CreateStateMachineCommand({ name, roleArn: world.arn('LibraryRunStatesRole'), definition }),
  );
});
after(async () => {
  process.env = saved;
  await world.stop();
});

const root = () => clientSettings('own', REGION, world.cloud.admin.rootAccessKey(SERVICE_ACCOUNT));
const catalog = () => createDynamoCatalog({ client: new DynamoDBClient(root()), table: world.ref('Table') });

type Deps = ReturnType<typeof wireOperatorApi>;
type Asked = readonly [method: string, path: string, more?: Parameters<typeof event>[3]];

/** Its clients are made, and their credentials read, for this one request. */
const call = async (api: 'operator' | 'approver', [method, path, more]: Asked, change = (deps: Deps): Deps => deps) => {
  const deps = change(wireOperatorApi(asFunctionOf(world, api === 'operator' ? 'OperatorApiRole' : 'ApproverApiRole')));
  const asked = event(SERVICE_ACCOUNT, method, path, more);
  const identity = { ...asked.requestContext.identity, userArn: api === 'operator' ? EVE : SAM };
  const handle = api === 'operator' ? createOperatorApi(deps) : createApproverApi(deps);
  const { statusCode, body } = await handle({ ...asked, requestContext: { ...asked.requestContext, identity } });
  return { status: statusCode, body: JSON.parse(body) };
};

let accounts = 600_000_000_000;
/** Under two-person approval, in an account of its own. */
const aTenant = async (change: Partial<TenantHypervisor> = {}): Promise<TenantHypervisor> => {
  accounts += 1;
  const own = { hypervisorId: freshId('hv'), accountId: String(accounts), approvals: 'two-person' as const };
  const tenant = { ...world.tenants[0], ...own, ...change };
  assert.equal(await catalog().hypervisors.add(tenant), true);
  return tenant;
};
const cut = (): Promise<never> => Promise.reject(new Error('the function ends here'));

interface Operation {
  readonly ask: Asked;
  /** The function ends in the middle of it. */
  interrupt(deps: Deps): Deps;
  isDone(): Promise<boolean>;
}

const shortened = async (): Promise<Operation> => {
  const { hypervisorId } = await aTenant();
  const plan = { ...aPlan(hypervisorId), method: 'snapshot' as const, retention: { days: 30 } };
  await catalog().plans.add(plan);
  // One of its two schedules is there, the other is not.
  const scheduler = new SchedulerClient(root());
  await scheduler.send(
    new CreateScheduleCommand({
      ...{ GroupName: NAME, Name: `${plan.planId}-backup`, ScheduleExpression: 'rate(1 day)' },
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: TARGET, RoleArn: world.arn('SchedulerRole') },
    }),
  );
  const { planId, hypervisorId: _, createdAt: __, updatedAt: ___, ...fields } = plan;
  const path = `/operator/tenants/${hypervisorId}/plans/${planId}`;
  return {
    ask: ['PUT', path, { body: { ...fields, retention: { days: 29 } } }],
    interrupt: (deps) => ({ ...deps, schedules: { ...deps.schedules, put: cut } }),
    isDone: async () => {
      const schedule = { GroupName: NAME, Name: `${planId}-copy` };
      const { Target } = await scheduler.send(new GetScheduleCommand(schedule));
      return Target !== undefined && (await catalog().plans.get(hypervisorId, planId))?.retention?.days === 29;
    },
  };
};

const planRemoved = async (): Promise<Operation> => {
  const { hypervisorId } = await aTenant();
  const plan = aPlan(hypervisorId);
  await catalog().plans.add(plan);
  await catalog().points.add({ ...aPoint(hypervisorId, 'i-00000001', [aVolume(1, [1])]), planId: plan.planId });
  return {
    ask: ['DELETE', `/operator/tenants/${hypervisorId}/plans/${plan.planId}`],
    interrupt: (deps) => ({ ...deps, schedules: { ...deps.schedules, remove: cut } }),
    isDone: async () => (await catalog().plans.get(hypervisorId, plan.planId)) === undefined,
  };
};

const libraryChanged = async (): Promise<Operation> => {
  const { hypervisorId } = await aTenant();
  const service = aService(freshId('hv'), String(accounts));
  assert.equal(await catalog().hypervisors.add(service), true);
  const point = aPoint(hypervisorId, 'i-00000001', [aVolume(1, [1])]);
  await catalog().points.add({ ...point, kind: 'streaming', serviceId: service.hypervisorId });
  // One that is open in the records, and was never started.
  await catalog().libraryRuns.add({
    ...{
      runId: freshId('run'),
      tenantId: hypervisorId,
      serviceId: service.hypervisorId,
      task: 'prune',
      planOnly: false,
    },
    ...{ acceptDamage: false, state: 'queued', pass: 1, trigger: 'api', requestedBy: EVE, createdAt: 1 },
    queueDeadlineSeconds: 600,
  });
  const body = { task: 'prune', serviceId: service.hypervisorId };
  return {
    ask: ['POST', `/operator/tenants/${hypervisorId}/library-runs`, { body }],
    interrupt: (deps) => ({
      ...deps,
      catalog: { ...deps.catalog, libraryRuns: { ...deps.catalog.libraryRuns, add: cut } },
    }),
    isDone: async () => {
      const { items } = await catalog().libraryRuns.list(hypervisorId, { limit: 5 });
      return items.length === 2 && items[0]?.executionArn !== undefined;
    },
  };
};

const hypervisorRemoved = async (): Promise<Operation> => {
  const secrets = new SecretsManagerClient(root());
  const Name = `${NAME}-${freshId('hv')}`;
  const { ARN: secretArn = '' } = await secrets.send(new CreateSecretCommand({ Name, SecretString: '{}' }));
  const { hypervisorId } = await aTenant({ auth: { method: 'access-key', accessKeyId: 'AKIAEXAMPLE', secretArn } });
  return {
    ask: ['DELETE', `/operator/hypervisors/${hypervisorId}`],
    interrupt: (deps) => ({ ...deps, secrets: { ...deps.secrets, delete: cut } }),
    isDone: async () => {
      const { DeletedDate } = await secrets
        .send(new DescribeSecretCommand({ SecretId: secretArn }))
        .catch(() => ({ DeletedDate: new Date() }));
      return DeletedDate !== undefined && (await catalog().hypervisors.get(hypervisorId)) === undefined;
    },
  };
};

let reached = 0;
const pointDeleted = async (): Promise<Operation> => {
  // Accounts that are there: their snapshots are asked for.
  const { accountId, auth } = world.tenants[reached++ % 2] as TenantHypervisor;
  const { hypervisorId } = await aTenant({ accountId, auth });
  const point = {
    ...aPoint(hypervisorId, 'i-00000001', [aVolume(1, [1])]),
    ...({ kind: 'snapshot', state: 'available' } as const),
  };
  await catalog().points.add(point);
  const path = `/operator/tenants/${hypervisorId}/recovery-points/${point.recoveryPointId}`;
  return {
    ask: ['DELETE', path, { query: { evenNewest: 'true' } }],
    interrupt: (deps) => ({ ...deps, catalog: { ...deps.catalog, points: { ...deps.catalog.points, expire: cut } } }),
    isDone: async () => {
      const there = await catalog().points.get(hypervisorId, point.recoveryPointId);
      return there?.state === 'expired' && there.dataRemovedAt !== undefined;
    },
  };
};

const OPERATIONS = { shortened, planRemoved, libraryChanged, hypervisorRemoved, pointDeleted };

for (const [name, prepare] of Object.entries(OPERATIONS)) {
  const asked = async () => {
    const operation = await prepare();
    const { status, body } = await call('operator', operation.ask);
    assert.equal(status, 202, JSON.stringify(body));
    const { approvalId, requestHash } = body;
    assert.equal(await operation.isDone().catch(() => false), false);
    return {
      operation,
      approve: ['POST', `/approver/approvals/${approvalId}/approve`, { body: { requestHash } }] as Asked,
    };
  };

  test(`${name}: under the role of the approvers’ function it is done`, async () => {
    const { operation, approve } = await asked();
    const { status, body } = await call('approver', approve);
    assert.deepEqual([status, body.state], [200, 'done'], JSON.stringify(body));
    assert.equal(await operation.isDone(), true);
  });

  test(`${name}: interrupted, it is done under the role of the function that resumes`, async () => {
    const { operation, approve } = await asked();
    assert.equal((await call('approver', approve, operation.interrupt)).status, 500);
    assert.equal(await operation.isDone().catch(() => false), false);
    const resume = createResumeApprovals(wireOperatorApi(asFunctionOf(world, 'ResumeApprovalsRole')));
    assert.deepEqual(await resume(), { ended: 1, problems: [] });
    assert.equal(await operation.isDone(), true);
  });
}
