/**
 * Threat: secrets leak through logs, state, history, errors. A tenant by role and one by access key live through backup,
 * restore, library runs, a rotation, a revocation and their failures; every secret that was there is then looked for in
 * everything that was written. Their allowed places are named here, and nowhere else may they be.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { ModifyInstanceAttributeCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { historyOf } from '../../adapters/aws/sfn-history.ts';
import { operatorRoutes, operatorTenantPrefix, operatorTenantRoutes } from '../../core/contracts/api.ts';
import { runCli } from '../../dev/cli.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { deployTenantUser } from '../../dev/tenant-user.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { instanceWithData, openWorld, startBackup, startRestore, type Tenant, waitForJob } from '../stories/world.ts';
import { everythingWritten, filesWith, histories, type Written } from './everything-written.ts';
import { openVault } from './vault-reader.ts';

interface Secret {
  readonly what: string;
  readonly bytes: Buffer;
  /** Where it has to be. */
  allowed?(written: Written): boolean;
}

/** As it is, and as it would be in JSON of bytes, headers and documents. */
const forms = ({ bytes }: Secret): readonly Buffer[] => [
  bytes,
  Buffer.from(bytes.toString('base64').replace(/=+$/, '')),
  Buffer.from(bytes.toString('hex')),
  Buffer.from(encodeURIComponent(bytes.toString('latin1'))),
];

test('threat: no secret is in anything that is written, but in the places that are for it', async (t) => {
  const world = await openWorld(t);
  const { local, operator, tenants } = world;
  const { cloud } = local;
  const secrets: Secret[] = [];
  const said: Written[] = [];
  const add = (what: string, value: string | Uint8Array, allowed?: Secret['allowed']): void => {
    secrets.push({ what, bytes: Buffer.from(value), ...(allowed ? { allowed } : {}) });
  };

  // every session that anybody was given from here on: order credentials, functions' roles, tenants' roles
  const { issueCredentials } = cloud.kernel;
  cloud.kernel.issueCredentials = (principal, seconds) => {
    const issued = issueCredentials(principal, seconds);
    add('session secret key', issued.SecretAccessKey);
    // In the account's own trail: the SDK signs a URL into CopySnapshot, and the local cloud writes down what was sent.
    add('session token', issued.SessionToken, ({ place, name }) => place === 'trail' && name.endsWith(' CopySnapshot'));
    return issued;
  };

  const cli = async (args: readonly string[], variables: Readonly<Record<string, string>> = {}) => {
    const { exitCode, stdout, stderr } = await runCli(local, local.accounts.operator, args, variables);
    said.push({ place: 'said', name: `holdfast ${args.join(' ')}`, bytes: Buffer.from(stdout + stderr) });
    return { exitCode, stdout, stderr };
  };

  // the second tenant comes in by an access key: added, refused with a wrong one, and rotated later
  const [acme, byRole] = tenants;
  const { accountId } = byRole;
  const params = { hypervisorId: byRole.hypervisorId };
  await operator.call(operatorRoutes.unbindHypervisor, { params });
  await operator.call(operatorRoutes.removeHypervisor, { params });
  const first = await deployTenantUser(cloud, accountId, 'holdfast-backup');
  const second = cloud.admin.createAccessKey(accountId, 'holdfast-backup');
  const wrong = `CANARY${randomUUID()}`;
  for (const [what, value] of [
    ['access key', first.secretAccessKey],
    ['access key after the rotation', second.secretAccessKey],
    ['access key that was refused', wrong],
  ] as const)
    add(what, value);
  const keyed = ['hypervisor', 'add', 'tenant', '--name', 'globex', '--account', accountId, '--auth', 'access-key'];
  const withKey = [...keyed, '--access-key-id', first.accessKeyId];
  assert.notEqual((await cli(withKey, { HOLDFAST_SECRET_ACCESS_KEY: wrong })).exitCode, 0);
  const added = await cli([...withKey, '--json'], { HOLDFAST_SECRET_ACCESS_KEY: first.secretAccessKey });
  assert.equal(added.exitCode, 0, added.stderr);
  const { hypervisorId } = JSON.parse(added.stdout) as { hypervisorId: string };
  await operator.call(operatorRoutes.bindHypervisor, {
    params: { hypervisorId },
    body: { serviceHypervisorId: world.serviceId },
  });
  const globex: Tenant = { ...byRole, hypervisorId };

  const onTenant = <R extends { readonly path: string }>(route: R): R => ({
    ...route,
    path: `${operatorTenantPrefix}${route.path}`,
  });
  const libraryRun = async (tenant: Tenant, task: 'check' | 'stats' | 'repair' | 'prune') => {
    const run = await cli(['library', task, tenant.hypervisorId, '--wait']);
    assert.equal(run.exitCode, 0, `${task}: ${run.stdout}${run.stderr}`);
  };

  const userData = new Map<Tenant, string>();
  const backUpAndRestore = async (tenant: Tenant, seed: number): Promise<string> => {
    const instance = await instanceWithData(world, tenant, [1], { seed });
    const { instanceId } = instance;
    const canary = `CANARY${randomUUID()}`;
    userData.set(tenant, canary);
    await tenant.ec2.send(new StopInstancesCommand({ InstanceIds: [instanceId] }));
    for (let look = 0; look < 100; look++) {
      try {
        await tenant.ec2.send(
          new ModifyInstanceAttributeCommand({ InstanceId: instanceId, UserData: { Value: Buffer.from(canary) } }),
        );
        break;
      } catch (error) {
        if (look === 99) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    const backup = await waitForJob(tenant, await startBackup(tenant, [instanceId]));
    assert.equal(backup.state, 'completed', JSON.stringify(backup));
    const point = backup.instances?.[0]?.recoveryPointId ?? '';
    const restore = await waitForJob(tenant, await startRestore(tenant, point));
    assert.equal(restore.state, 'completed', JSON.stringify(restore));
    return instanceId;
  };
  const instances = new Map<Tenant, string>();
  for (const [n, tenant] of [acme, globex].entries()) instances.set(tenant, await backUpAndRestore(tenant, n + 1));

  const rotated = await cli(['hypervisor', 'rotate-key', hypervisorId, '--access-key-id', second.accessKeyId], {
    HOLDFAST_SECRET_ACCESS_KEY: second.secretAccessKey,
  });
  assert.equal(rotated.exitCode, 0, rotated.stderr);
  cloud.admin.deleteAccessKey(first.accessKeyId);
  const again = await waitForJob(globex, await startBackup(globex, [instances.get(globex) ?? '']));
  assert.equal(again.state, 'completed', `after the rotation: ${JSON.stringify(again)}`);

  for (const tenant of [acme, globex]) for (const task of ['check', 'stats'] as const) await libraryRun(tenant, task);
  for (const task of ['repair', 'prune'] as const)
    said.push({
      place: 'said',
      name: task,
      bytes: Buffer.from(
        JSON.stringify(
          await operator
            .call(onTenant(operatorTenantRoutes.startLibraryRun), {
              params: { hypervisorId: acme.hypervisorId },
              body: { task, ...(task === 'prune' ? { planOnly: true } : {}) },
            } as never)
            .catch((error: unknown) => ({ error: String(error) })),
        ),
      ),
    });

  // what fails says why: an instance that is not there, a key that was deleted, and an access that was revoked
  const none = await waitForJob(acme, await startBackup(acme, ['i-0123456789abcdef0']));
  assert.equal(none.state, 'failed');
  cloud.admin.deleteAccessKey(second.accessKeyId);
  const lost = await waitForJob(globex, await startBackup(globex, [instances.get(globex) ?? '']));
  assert.equal(lost.state, 'failed');
  assert.equal((await cli(['hypervisor', 'revoke', hypervisorId, '--reason', 'its key is gone'])).exitCode, 0);
  for (const args of [
    ['hypervisor', 'list'],
    ['hypervisor', 'show', hypervisorId, '--json'],
    ['hypervisor', 'show', world.serviceId],
    ['job', 'list', '--tenant', hypervisorId, '--json'],
    ['job', 'show', lost.jobId, '--tenant', hypervisorId],
    ['job', 'show', lost.jobId, '--path', '--tenant', hypervisorId],
    ['job', 'show', again.jobId, '--path', '--state', 'Move the segments', '--tenant', hypervisorId],
    ['recovery-point', 'list', '--tenant', acme.hypervisorId, '--json'],
    ['permissions', 'check', hypervisorId],
    ['permissions', 'check', acme.hypervisorId],
    ['audit', 'export'],
    ['access-node', 'list', '--service', world.serviceId],
  ])
    await cli(args);

  // what an operator can be shown of every state of every execution
  let shown = 0;
  for (const { executionArn, events } of await histories(local)) {
    const names = new Set((events as HistoryEvent[]).map(({ stateEnteredEventDetails: of }) => of?.name ?? ''));
    for (const state of names) {
      const told = historyOf(events as HistoryEvent[], { state, characters: 1e9 });
      shown += told.states.filter(({ input }) => input && input.text !== '(not shown)').length;
      said.push({ place: 'said', name: `${state} of ${executionArn}`, bytes: Buffer.from(JSON.stringify(told)) });
    }
  }
  t.diagnostic(`inputs of ${shown} states can be looked at`);
  assert.ok(shown > 200, `${shown} inputs`);

  // the secrets that nobody but the deployment and its owner ever had
  add('private recovery key', createRecoveryKeyPair(seededBytes(1)).privateKey);
  for (const tenant of [acme, globex]) {
    const vault = openVault(world, tenant);
    t.after(() => vault.close());
    const { dataKeys, idKey } = (await vault.keys()).share();
    for (const [number, key] of dataKeys) add(`data key ${number} of ${tenant.name}`, key);
    add(`id key of ${tenant.name}`, idKey);
  }
  const ofHistory = ({ place }: Written): boolean => place === 'history';
  const tokens = new Set<string>();
  for (const { events } of await histories(local))
    for (const [, token = ''] of JSON.stringify(events).matchAll(/taskToken\\*":\\*"([^"\\]+)/g)) tokens.add(token);
  for (const token of tokens) add('task token', token, ofHistory);
  // What launches the instance again is in its recovery point, and on its way there in the work area: as the instance was
  // described, and in the order that seals it into the library. The trail is the tenant's own, who set it.
  for (const [{ name, accountId }, canary] of userData)
    add(
      `user data of ${name}`,
      canary,
      (written) =>
        (written.place === 'table' && /point/i.test(written.name)) ||
        (written.place === 'bucket' &&
          /-work-\d{12}\/work\/job-.*\/(described|orders\/ord-[0-9a-f]+)\.json$/.test(written.name)) ||
        (written.place === 'trail' && written.name.startsWith(accountId)),
    );

  const written = [...said, ...(await everythingWritten(local, ['holdfast-dev', 'holdfast-dev-audit']))];
  const counts: Record<string, number> = {};
  for (const { place } of written) counts[place] = (counts[place] ?? 0) + 1;
  const kinds = Object.entries(Object.groupBy(secrets, ({ what }) => what.replace(/ (of|\d).*/, ''))).map(
    ([what, of = []]) => `${of.length} × ${what}`,
  );
  const leaks = new Set<string>();
  const seen = new Set<string>();
  for (const secret of secrets) {
    const needles = forms(secret);
    for (const each of written) {
      if (!needles.some((needle) => each.bytes.includes(needle))) continue;
      if (secret.allowed?.(each)) seen.add(secret.what);
      else leaks.add(`${secret.what} in ${each.place} ${each.name}`);
    }
  }
  t.diagnostic(`${secrets.length} secrets (${kinds.join(', ')}) looked for in ${written.length} things written`);
  t.diagnostic(`${JSON.stringify(counts)}: ${leaks.size} found outside of their places`);
  assert.deepEqual([...leaks], []);

  // it looks where there is something, and finds what is there
  for (const place of ['table', 'bucket', 'history', 'log', 'trail', 'said'])
    assert.ok((counts[place] ?? 0) > 5, `${place}: ${counts[place]}`);
  assert.ok(tokens.size >= 8, `${tokens.size} task tokens`);
  assert.ok(secrets.filter(({ what }) => what.startsWith('session')).length > 50);
  for (const what of ['task token', 'user data of acme', 'user data of globex']) assert.ok(seen.has(what), what);

  // and not in any file that the local cloud keeps of them, whatever wrote it
  const never = secrets.filter(({ allowed }) => !allowed);
  assert.deepEqual(
    filesWith(
      local.dataDir,
      never.map(({ bytes }) => bytes),
    ),
    [],
  );
});
