/** Adding a hypervisor dies at every call, before or after its effect: after a sweep nothing of it is left. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAddHypervisor } from '../../core/steps/api/add-hypervisor.ts';
import { createSweep } from '../../core/steps/reaper/sweep.ts';
import { withServiceAccounts } from '../api/service-account-fakes.ts';
import { createWorld } from '../api/world.ts';
import { PROVIDER, RECOVERY_KEY } from '../api/world-records.ts';

const HOUR = 3_600_000;
const KEY = 'AKIAOTHEROTHEROTHER0';

type Call = (...all: never[]) => Promise<unknown>;
type Port = Readonly<Record<string, unknown>>;

/** A process that is gone at its n-th call: with it, and with everything that would have come after. */
const dying = (at: number, when: 'before' | 'after') => {
  let calls = 0;
  const wrapped = <T extends object>(port: T): T =>
    Object.fromEntries(
      Object.entries(port as Port).map(([name, value]) => {
        if (typeof value !== 'function') return [name, value];
        const call = async (...all: never[]): Promise<unknown> => {
          calls++;
          if (calls > at || (calls === at && when === 'before')) throw new Error('the process is gone');
          const answer = await (value as Call).apply(port, all);
          if (calls === at) throw new Error('the process is gone');
          return typeof answer === 'object' && answer !== null && 'ensureAutoScaling' in answer
            ? wrapped(answer)
            : answer;
        };
        return [name, call];
      }),
    ) as T;
  return { wrapped, calls: () => calls };
};

const requests = {
  'in the own account, by its role': { auth: { method: 'iam-role' }, accessNodes: 'automatic', accountId: PROVIDER },
  'in the own account, by a key': {
    auth: { method: 'access-key', accessKeyId: KEY, secretAccessKey: 'x'.repeat(40) },
    ...{ accessNodes: 'automatic', accountId: PROVIDER },
  },
  'a tenant, by a key': {
    auth: { method: 'access-key', accessKeyId: KEY, secretAccessKey: 'x'.repeat(40) },
    ...{ kind: 'tenant', accountId: '444444444444' },
  },
} as const;

const openWorld = (accountId: string) => {
  const world = createWorld();
  world.records.hypervisors.clear();
  const there = withServiceAccounts(world);
  world.deps.credentials.identify = async () => ({ accountId, arn: `arn:aws:iam::${accountId}:user/holdfast` });
  const { catalog, settings } = world.deps;
  const sweep = createSweep({ ...world.deps, settings: { ...settings, graceMs: 4 * HOUR } });
  const left = () => ({
    ...{ queues: there.queues.size, roles: there.roles.size, names: there.names.size, groups: there.groups.size },
    ...{ secrets: world.secretStore.size, intents: world.records.serviceIntents.size },
  });
  const addBy = (process: ReturnType<typeof dying>, body: object) => {
    const { queues, secrets, nodeRoles, brokerNames, serviceAccounts } = world.deps;
    const { wrapped } = process;
    return createAddHypervisor({
      ...world.deps,
      ...{ queues: wrapped(queues), secrets: wrapped(secrets), nodeRoles: wrapped(nodeRoles) },
      ...{ brokerNames: wrapped(brokerNames), serviceAccounts: wrapped(serviceAccounts) },
      catalog: {
        ...{ hypervisors: wrapped(catalog.hypervisors), serviceIntents: wrapped(catalog.serviceIntents) },
        invitations: wrapped(catalog.invitations),
      },
    })({ requestedBy: 'arn:ops', idempotencyKey: 'key-1' } as never, body as never);
  };
  return { world, there, sweep, left, addBy };
};

const NOTHING = { queues: 0, roles: 0, names: 0, groups: 0, secrets: 0, intents: 0 };

for (const [what, request] of Object.entries(requests)) {
  const body = { kind: 'service', name: 'x', region: 'eu-central-1', recoveryPublicKey: RECOVERY_KEY, ...request };
  test(`${what}: dying at each call leaves nothing after a sweep, and a working hypervisor alone`, async () => {
    const whole = dying(Number.POSITIVE_INFINITY, 'after');
    const reference = openWorld(request.accountId);
    await reference.addBy(whole, body);
    const made = reference.left();
    assert.ok(whole.calls() >= (body.kind === 'tenant' ? 5 : 12), `${whole.calls()} calls`);
    assert.equal(made.intents, 0);
    let orphans = 0;
    for (let at = 1; at <= whole.calls(); at++) {
      for (const when of ['before', 'after'] as const) {
        const { world, sweep, left, addBy } = openWorld(request.accountId);
        await addBy(dying(at, when), body).catch(() => undefined);
        const isThere = world.records.hypervisors.size === 1;
        if (!isThere && Object.values(left()).some((count) => count > 0)) orphans++;
        const young = left();
        await sweep({});
        assert.deepEqual(left(), young, `${at} ${when}: within the grace nothing is touched`);
        world.advance(5 * HOUR);
        const outcome = await sweep({});
        assert.deepEqual([outcome.failed, outcome.problems], [0, []], `${at} ${when}`);
        assert.deepEqual(left(), isThere ? made : NOTHING, `${at} ${when}`);
        // Asked again under the same key it is added, or found.
        await addBy(dying(Number.POSITIVE_INFINITY, 'after'), body);
        assert.deepEqual(left(), made, `${at} ${when}, asked again`);
      }
    }
    assert.ok(orphans >= (body.kind === 'tenant' ? 2 : 10), `${orphans} of the deaths left something`);
  });
}

test('one that is being undone is not begun anew before it is gone, and an undoing that died is gone on with', async () => {
  const { world, there, sweep, left, addBy } = openWorld(PROVIDER);
  const body = {
    ...{ kind: 'service', name: 'x', region: 'eu-central-1', recoveryPublicKey: RECOVERY_KEY },
    ...requests['in the own account, by its role'],
  };
  await addBy(dying(8, 'after'), body).catch(() => undefined);
  world.advance(5 * HOUR);
  there.failing.add('removeQueue');
  assert.equal((await sweep({})).failed, 1);
  await assert.rejects(addBy(dying(Number.POSITIVE_INFINITY, 'after'), body), /is just being removed/);
  there.failing.clear();
  assert.equal((await sweep({ eager: true })).failed, 0);
  assert.deepEqual(left(), NOTHING);
});
