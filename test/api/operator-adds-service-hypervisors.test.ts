import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serviceAccountNames } from '../../core/domain/automatic-nodes.ts';
import { settingsOfUserData } from '../../core/domain/node-user-data.ts';
import { createSizeNodes } from '../../core/steps/nodes/size-nodes.ts';
import { callAs, event } from './call-as.ts';
import { withServiceAccounts } from './service-account-fakes.ts';
import { createWorld, type World } from './world.ts';
import { acme, job, PROVIDER, RECOVERY_KEY } from './world-records.ts';

const OTHER = '444444444444';
const LIBRARY = {
  kind: 's3',
  bucket: 'theirs',
  prefix: 'p',
  roleArn: `arn:aws:iam::${OTHER}:role/holdfast-library-test`,
  kmsKeyArn: `arn:aws:kms:eu-central-1:${OTHER}:key/their-key`,
};
const own = (change: object = {}) => ({
  kind: 'service',
  name: 'second',
  accountId: PROVIDER,
  region: 'eu-central-1',
  auth: { method: 'iam-role' },
  accessNodes: 'automatic',
  recoveryPublicKey: RECOVERY_KEY,
  ...change,
});
const elsewhere = (change: object = {}) =>
  own({
    accountId: OTHER,
    auth: { method: 'assume-role', roleArn: `arn:aws:iam::${OTHER}:role/holdfast-test-management`, externalId: 'e-1' },
    library: LIBRARY,
    ...change,
  });

const openWorld = () => {
  const world = createWorld();
  const there = withServiceAccounts(world);
  const call = callAs(world, PROVIDER);
  const add = (body: object) => call('POST', '/operator/hypervisors', { body });
  const at = (id: string, rest = '') => `/operator/hypervisors/${id}${rest}`;
  return { world, there, call, add, at };
};
/** Called again under the same key. */
const addUnder = async (world: World, key: string, body: object) => {
  const answer = await world.operatorApi({
    ...event(PROVIDER, 'POST', '/operator/hypervisors', { body }),
    headers: { 'Idempotency-Key': key },
  });
  return { status: answer.statusCode, body: JSON.parse(answer.body) };
};

test('a lock is for a bucket that has Object Lock; which one it is, and that it is for good, is to be seen', async () => {
  const { add } = openWorld();
  const { status, body } = await add(own({ lock: 'compliance' }));
  assert.deepEqual([status, body.libraryLock], [201, 'compliance']);
  assert.equal((await add(own({ lock: 'none' }))).body.libraryLock, undefined);
  const plain = { ...LIBRARY, bucket: 'plain-bucket' };
  const refused = await add(elsewhere({ lock: 'governance', library: plain }));
  assert.deepEqual([refused.status, refused.body.field], [400, 'lock']);
  assert.match(refused.body.remedy, /put-object-lock-configuration --bucket plain-bucket/);
  const long = await add(elsewhere({ lock: 'governance', library: { ...LIBRARY, prefix: 'p'.repeat(129) } }));
  assert.deepEqual([long.status, long.body.field], [400, 'library.prefix']);
  const folder = await add(own({ lock: 'governance', library: { kind: 'disk', path: '/srv/library' } }));
  assert.deepEqual([folder.status, folder.body.field], [400, 'lock']);
});

test('A1: an IAM role is the deployment’s own, and refused for another account, saying why', async () => {
  const { add, there } = openWorld();
  const { body } = await add(elsewhere({ auth: { method: 'iam-role' } }));
  assert.deepEqual([body.code, body.field], ['CredentialsRejected', 'accountId']);
  assert.match(body.detail, new RegExp(`own account ${PROVIDER}, not ${OTHER}`));
  assert.match(body.remedy, /assume-role or access-key/);
  assert.equal(there.queues.size, 0);
});

test('in the deployment’s own account automatic nodes are made ready at once; without a VM group there are none', async () => {
  const { add, there } = openWorld();
  const { body } = await add(own());
  const { autoScalingGroupName } = serviceAccountNames('test', body.hypervisorId);
  assert.deepEqual([body.state, body.autoScalingGroupName], ['ready', autoScalingGroupName]);
  const nodes = there.groups.get(autoScalingGroupName);
  assert.deepEqual([nodes?.most, nodes?.scaledBy], [0, 'queues']);
  assert.equal(nodes?.environment.HOLDFAST_SERVICE_ID, body.hypervisorId);
  assert.equal(nodes?.environment.HOLDFAST_NODE_ROLE_ARN, undefined);
});

test('its nodes get a role and a name for the broker of their own, made again by a check, and gone with it', async () => {
  for (const [body, runAs] of [
    [own({ accessNodes: 'manual' }), 'its own instances'],
    [elsewhere(), /^arn:aws:iam::444444444444:role\/holdfast-test-remote-node-/],
  ] as const) {
    const { add, call, at, there } = openWorld();
    const { hypervisorId } = (await add(body)).body;
    const made = () => [[...there.roles.keys()], [...there.names]];
    assert.deepEqual(made(), [[hypervisorId], [hypervisorId]]);
    assert.match(there.roles.get(hypervisorId) ?? '', new RegExp(runAs));
    there.roles.clear();
    there.names.clear();
    await call('POST', at(hypervisorId, '/check'));
    assert.deepEqual(made(), [[hypervisorId], [hypervisorId]], 'a deployment from before had none');
    assert.equal((await call('DELETE', at(hypervisorId))).status, 200);
    assert.deepEqual(made(), [[], []]);
  }
});

test('zones of the VM groups are where the nodes are; one where none can be is refused, and nothing is written', async () => {
  const { add, call, at, there } = openWorld();
  const { hypervisorId } = (await add(own())).body;
  const group = () => there.groups.get(serviceAccountNames('test', hypervisorId).autoScalingGroupName);
  const addGroup = (zone: string | undefined) =>
    call('POST', at(hypervisorId, '/vm-groups'), {
      body: { name: 'nodes', match: { all: true }, ...(zone ? { zone } : {}) },
    });
  const b = (await addGroup('eu-central-1b')).body;
  assert.deepEqual([group()?.zones, group()?.most], [['eu-central-1b'], 10]);
  assert.deepEqual((await addGroup('eu-central-1z')).body.field, 'zone');
  assert.deepEqual(group()?.zones, ['eu-central-1b'], 'put back');
  await addGroup('eu-central-1a');
  assert.deepEqual(group()?.zones, ['eu-central-1a', 'eu-central-1b']);
  await addGroup(undefined);
  assert.deepEqual(group()?.zones, [], 'any');
  const listed = (await call('GET', at(hypervisorId, '/vm-groups'))).body.items;
  assert.equal(listed.length, 3);
  for (const { groupId } of listed) {
    assert.equal((await call('DELETE', at(hypervisorId, `/vm-groups/${groupId}`))).status, 200);
  }
  assert.ok(b.groupId);
  assert.equal(group()?.most, 0, 'O6: without a VM group no node comes by itself');
});

test('in another account it is preparing until what its template makes is found; the check names what is missing', async () => {
  const { add, call, at, there } = openWorld();
  const access = await call('GET', '/operator/templates/service-account', {
    query: { accountId: OTHER, region: 'eu-central-1', libraryBucket: 'theirs' },
  });
  const { Resources } = JSON.parse(access.body.template);
  assert.deepEqual(Object.keys(Resources), [
    'ManagementRole',
    'LibraryBucket',
    'LibraryBucketPolicy',
    'LibraryKey',
    'LibraryRole',
    'LibraryMaintenanceRole',
  ]);

  const { body } = await add(elsewhere());
  const { hypervisorId } = body;
  const { nodeRoleName, nodeControlRoleName, autoScalingGroupName } = serviceAccountNames('test', hypervisorId);
  assert.deepEqual(
    [body.state, body.library, body.libraryRoleArn, body.kmsKeyArn],
    ['preparing', 's3://theirs/p', LIBRARY.roleArn, LIBRARY.kmsKeyArn],
  );
  assert.equal(body.nodeControlRoleArn, `arn:aws:iam::${PROVIDER}:role/${nodeControlRoleName}`);
  assert.equal(there.roles.get(hypervisorId), `arn:aws:iam::${OTHER}:role/${nodeRoleName}`);

  const bind = () => call('PUT', at(acme.hypervisorId, '/binding'), { body: { serviceHypervisorId: hypervisorId } });
  assert.match((await bind()).body.detail, /is not ready/);

  const template = JSON.parse((await call('GET', at(hypervisorId, '/template'))).body.template);
  const { UserData } = template.Resources.LaunchTemplate.Properties.LaunchTemplateData;
  assert.equal(settingsOfUserData(UserData['Fn::Base64'])?.HOLDFAST_NODE_ROLE_ARN, body.nodeControlRoleArn);

  const check = () => call('POST', at(hypervisorId, '/check'));
  assert.match(
    (await check()).body.detail,
    new RegExp(`${OTHER}, region eu-central-1: the instance profile ${nodeRoleName}`),
  );
  there.profiles.add(nodeRoleName);
  assert.match((await check()).body.detail, new RegExp(`the Auto Scaling group ${autoScalingGroupName}`));
  there.groups.set(autoScalingGroupName, { zones: [], most: 10, desired: 0 } as never);
  assert.equal((await check()).body.state, 'ready');
  await call('POST', at(hypervisorId, '/vm-groups'), {
    body: { name: 'nodes', match: { all: true }, zone: 'eu-central-1c' },
  });
  assert.deepEqual(there.groups.get(autoScalingGroupName)?.zones, ['eu-central-1c'], 'zones follow, over there too');
  assert.equal((await bind()).status, 200);
});

test('nodes are launched in the subnets that are named for the service hypervisor, in another account, too', async () => {
  const { add, call, at, there } = openWorld();
  const nodeSubnets = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
  const { hypervisorId, nodeSubnets: seen } = (await add(elsewhere({ nodeSubnets }))).body;
  assert.deepEqual(seen, nodeSubnets);
  const { template } = (await call('GET', at(hypervisorId, '/template'))).body;
  const { Properties } = JSON.parse(template).Resources.AutoScalingGroup;
  assert.deepEqual([Properties.VPCZoneIdentifier, Properties.AvailabilityZones], [nodeSubnets, undefined]);
  const { nodeRoleName, autoScalingGroupName } = serviceAccountNames('test', hypervisorId);
  const group = () => there.groups.get(autoScalingGroupName);
  there.profiles.add(nodeRoleName);
  there.groups.set(autoScalingGroupName, { zones: [], most: 10, desired: 0 } as never);
  const inZone = (zone: string) =>
    call('POST', at(hypervisorId, '/vm-groups'), { body: { name: zone, match: { all: true }, zone } });
  await inZone('eu-central-1b');
  await call('POST', at(hypervisorId, '/check'));
  assert.deepEqual([group()?.zones, group()?.subnets], [['eu-central-1b'], nodeSubnets]);
  there.groups.set(autoScalingGroupName, { zones: [], most: 10, desired: 0 } as never);
  await inZone('eu-central-1c');
  assert.deepEqual([group()?.zones, group()?.subnets], [['eu-central-1b', 'eu-central-1c'], nodeSubnets]);

  const here = (await add(own({ nodeSubnets }))).body;
  assert.deepEqual(
    there.groups.get(serviceAccountNames('test', here.hypervisorId).autoScalingGroupName)?.subnets,
    nodeSubnets,
  );
  for (const wrong of [{ nodeSubnets: ['default'] }, { nodeSubnets: [] }, { nodeSubnets, accessNodes: 'manual' }]) {
    const { status, body } = await add(elsewhere(wrong));
    assert.equal(status, 400);
    assert.match(body.field, /^nodeSubnets/);
  }
});

test('the control plane says how many nodes there are where no scaling policy can see the queues', async () => {
  const { world, add, call, at, there } = openWorld();
  const { hypervisorId } = (await add(elsewhere())).body;
  const { nodeRoleName, autoScalingGroupName } = serviceAccountNames('test', hypervisorId);
  there.profiles.add(nodeRoleName);
  there.groups.set(autoScalingGroupName, { zones: [], most: 10, desired: 0 } as never);
  await call('POST', at(hypervisorId, '/check'));
  let orders = 5;
  const { catalog, clock, serviceAccounts, settings } = world.deps;
  const depth = async (url: string) => (url.includes(hypervisorId) && url.endsWith('-work') ? orders : 0);
  const sizeNodes = createSizeNodes({ catalog, clock, serviceAccounts, settings, depths: { depth } });
  const desired = () => there.groups.get(autoScalingGroupName)?.desired;
  assert.deepEqual(await sizeNodes(), { changed: 0, problems: [] });
  assert.equal(desired(), 0, 'O6: no VM group, no nodes');
  await call('POST', at(hypervisorId, '/vm-groups'), { body: { name: 'nodes', match: { all: true } } });
  assert.deepEqual(await sizeNodes(), { changed: 1, problems: [] });
  assert.equal(desired(), 2);
  orders = 1;
  await sizeNodes();
  assert.equal(desired(), 2, 'never fewer while there is work: the one that went might be the one that works');
  orders = 0;
  const running = job(1, acme);
  world.records.jobs.set(running.jobId, running);
  world.records.hypervisors.set(acme.hypervisorId, { ...acme, binding: { serviceId: hypervisorId, boundAt: 1 } });
  await sizeNodes();
  assert.equal(desired(), 2, 'between two steps of a job');
  world.records.jobs.clear();
  await sizeNodes();
  assert.equal(desired(), 0);
});

test('in its own account the first node comes without waiting for the policy, and the policy does the rest', async () => {
  const { world, add, call, at, there } = openWorld();
  const { hypervisorId } = (await add(own())).body;
  await call('POST', at(hypervisorId, '/vm-groups'), { body: { name: 'nodes', match: { all: true } } });
  const { catalog, clock, serviceAccounts, settings } = world.deps;
  let orders = 1;
  const depth = async (url: string) => (url.endsWith('-work') ? orders : 0);
  const sizeNodes = createSizeNodes({ catalog, clock, serviceAccounts, settings, depths: { depth } });
  const desired = () => there.groups.get(serviceAccountNames('test', hypervisorId).autoScalingGroupName)?.desired;
  await sizeNodes();
  assert.equal(desired(), 1);
  for (orders of [40, 0]) {
    assert.equal((await sizeNodes()).changed, 0);
    assert.equal(desired(), 1);
  }
});

test('a library that the deployment could not open is refused, naming the field', async () => {
  const { add, there } = openWorld();
  const refused = async (library: object) => (await add(elsewhere({ library }))).body;
  const { roleArn, kmsKeyArn, ...bare } = LIBRARY;
  assert.equal((await refused(bare)).field, 'library.roleArn');
  assert.equal((await refused({ ...bare, roleArn })).field, 'library.kmsKeyArn');
  const other = await refused({ ...LIBRARY, roleArn: `arn:aws:iam::${OTHER}:role/admin` });
  assert.match(other.detail, /starts with holdfast-library-/);
  assert.ok(kmsKeyArn);
  assert.deepEqual([there.queues.size, there.roles.size], [0, 0]);
});

test('what fails half-way leaves nothing behind', async () => {
  for (const operation of ['ensureAutoScaling', 'ensureNodeRole', 'add']) {
    const { world, add, there } = openWorld();
    const before = world.records.hypervisors.size;
    there.failing.add(operation);
    if (operation === 'add')
      world.deps.catalog.hypervisors.add = async () => {
        throw new Error('the table is away');
      };
    const auth = { method: 'access-key', accessKeyId: 'AKIAOTHEROTHEROTHER0', secretAccessKey: 'x'.repeat(40) };
    const { identify } = world.deps.credentials;
    world.deps.credentials.identify = async (asked, region) =>
      asked.method === 'access-key'
        ? { accountId: OTHER, arn: `arn:aws:iam::${OTHER}:user/holdfast` }
        : identify(asked, region);
    const answer = await add(operation === 'ensureAutoScaling' ? own() : elsewhere({ auth }));
    assert.ok(answer.status >= 500, answer.text);
    assert.equal(world.records.hypervisors.size, before);
    assert.deepEqual(
      [there.queues.size, there.roles.size, there.names.size, there.groups.size, world.secretStore.size],
      [0, 0, 0, 0, 0],
      operation,
    );
  }
});

test('what could not be taken back is named', async () => {
  const { add, there } = openWorld();
  there.failing.add('ensureNodeRole').add('removeQueue');
  const { body } = await add(elsewhere());
  assert.match(body.detail, /ensureNodeRole did not answer.*could not be removed: the queue holdfast-test-hv-/);
});

test('asked twice under one key it is added once; another request under it is refused; a secret is no part of the key', async () => {
  const { world, there } = openWorld();
  const first = await addUnder(world, 'key-1', elsewhere());
  const again = await addUnder(world, 'key-1', elsewhere());
  assert.deepEqual([first.status, again.body], [201, first.body]);
  assert.equal(there.queues.size, 2);
  const other = await addUnder(world, 'key-1', elsewhere({ name: 'another' }));
  assert.deepEqual([other.status, other.body.field], [409, 'Idempotency-Key']);
  assert.equal(there.queues.size, 2, 'what the first made is left alone');
});
