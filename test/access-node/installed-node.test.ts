/** The package as it is installed, asked, drained, upgraded and removed. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { NODE_VERSION } from '../../access-node/version.ts';
import { makeNodePackage, packNode } from '../../dev/node-package.ts';
import { changedPackage, startMachine } from './installed-world.ts';
import { startWorld } from './world.ts';

const BLOCK = 524_288;
const BLOCKS = 40;
let world: Awaited<ReturnType<typeof startWorld>>;
let machine: ReturnType<typeof startMachine>;
let folder: string;
/** The package, unpacked. */
let here: string;
let work: object;

before(async () => {
  world = await startWorld();
  const volumeId = await world.newVolume(1);
  await world.writeVolume(volumeId, 0, randomBytes(BLOCKS * BLOCK));
  const snapshotId = await world.newSnapshot(volumeId);
  work = { kind: 'read-segment', volumeId, snapshotId, volumeBlocks: 2_048, pages: [0], blocks: [[0, 2_048]] };
  folder = mkdtempSync(join(tmpdir(), 'holdfast-installed-'));
  await makeNodePackage({ folder: join(folder, 'made'), system: 'linux' });
  packNode(join(folder, 'made'), join(folder, 'node.tar.gz'));
  here = join(folder, 'unpacked');
  mkdirSync(here);
  execFileSync('tar', ['-xzf', join(folder, 'node.tar.gz'), '-C', here]);
  machine = startMachine({ ...world.settingsOf('node-installed'), HOLDFAST_VISIBILITY_SECONDS: '3' });
});
after(async () => {
  machine.stop();
  await world.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An order that takes some four seconds, when some of it is done. */
const slowOrder = async (): Promise<string> => {
  const order = await world.send(work, { blockRate: 10, heartbeatSeconds: 0.3 });
  await world.asked('heartbeatOrder', order, ({ counters }) => (counters?.transferred ?? 0) > 2);
  return order;
};
const succeeded = async (order: string): Promise<void> => {
  const { status, cause } = await world.ended(order);
  assert.equal(status, 'SUCCEEDED', `${cause}\n${machine.journal()}`);
};

test('it is installed, runs, and says how it is', async () => {
  const { code, output } = await machine.install(here);
  assert.equal(code, 0, output + machine.journal());
  assert.match(output, new RegExp(`version ${NODE_VERSION} runs`));
  assert.deepEqual(readdirSync(machine.at('opt', 'releases')), [NODE_VERSION]);
  const health = await machine.health();
  assert.deepEqual(
    [health.healthy, health.state, health.version, health.nodeId, health.slots, health.orders],
    [true, 'idle', NODE_VERSION, 'node-installed', 2, []],
  );
  assert.ok(health.polls.lastSuccess && health.controlPlane.lastSuccess);
  assert.equal((await machine.node('--version')).output, `${NODE_VERSION}\n`);
});

test('its health shows the order that it works on; drained meanwhile, it finishes it, takes no other, and ends', async (t) => {
  const order = await slowOrder();
  const shown = await machine.node('health');
  assert.equal(shown.code, 0);
  assert.match(shown.output, new RegExp(`^healthy: working, 1 of 2 orders\n[\\s\\S]*${order} of job-00000001`));
  t.diagnostic(shown.output);
  const { state, orders } = await machine.health();
  assert.equal(state, 'working');
  assert.deepEqual(
    orders.map(({ orderId, jobId, attempt }) => ({ orderId, jobId, attempt })),
    [{ orderId: order, jobId: 'job-00000001', attempt: 1 }],
  );
  assert.ok((orders[0]?.counters.transferred ?? 0) > 2);
  const drained = machine.node('drain');
  while ((await machine.health()).state !== 'draining') {}
  const second = await world.send(work, { blockRate: 1_000, heartbeatSeconds: 0.3 });
  const { code, output } = await drained;
  assert.equal(code, 0, output);
  assert.match(output, /1 order left[\s\S]*it has ended/);
  await succeeded(order);
  assert.equal(world.requests().filter(({ operation }) => operation === 'claimOrder').length, 1);
  for (const asked of ['health', 'drain']) {
    const none = await machine.node(asked);
    assert.equal(none.code, 1);
    assert.match(none.output, /no access node/);
  }
  assert.equal(existsSync(machine.at('run', 'holdfast-node', 'node.json')), false);
  await machine.systemctl('start', 'holdfast-node.service');
  assert.equal((await machine.node('health', '--wait', '30')).code, 0);
  await succeeded(second);
});

test('drained at once, it hands its order back, and the next node does it', async () => {
  const order = await slowOrder();
  const began = performance.now();
  const { code, output } = await machine.node('drain', '--now');
  assert.equal(code, 0, output);
  assert.equal(world.outcomeOf(order), undefined, 'it has not finished the order');
  assert.ok(performance.now() - began < 15_000);
  await machine.systemctl('start', 'holdfast-node.service');
  await succeeded(order);
  assert.equal(world.outcomeOf(order)?.claim, 2);
});

test('only who may read its state lets it drain, and nobody by the name of another host', async () => {
  const file = machine.at('run', 'holdfast-node', 'node.json');
  assert.equal(statSync(file).mode & 0o077, 0);
  const { port } = JSON.parse(readFileSync(file, 'utf8'));
  const ask = (path: string, method: string, headers: Record<string, string>) =>
    execFileSync(
      'curl',
      ['-s', '-o', '/dev/null', '-w', '%{http_code}', '-X', method].concat(
        Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
        `http://127.0.0.1:${port}${path}`,
      ),
      { encoding: 'utf8' },
    );
  assert.equal(ask('/health', 'GET', {}), '200');
  assert.equal(ask('/health', 'GET', { host: 'attacker.example' }), '403');
  assert.equal(ask('/drain', 'POST', {}), '401');
  assert.equal(ask('/drain', 'POST', { authorization: `Bearer ${'0'.repeat(64)}` }), '401');
  assert.equal(ask('/drain', 'GET', {}), '404');
  assert.equal((await machine.health()).state, 'idle');
});

test('an upgrade lets it drain first, and keeps the version before', async () => {
  const order = await slowOrder();
  const { code, output } = await machine.install(changedPackage(here, join(folder, 'better'), '9.8.0'));
  assert.equal(code, 0, output + machine.journal());
  assert.match(output, new RegExp(`version ${NODE_VERSION} drains[\\s\\S]*version 9.8.0 runs`));
  await succeeded(order);
  assert.equal(world.outcomeOf(order)?.claim, 1, 'the order ended where it had begun');
  assert.deepEqual(readdirSync(machine.at('opt', 'releases')).sort(), [NODE_VERSION, '9.8.0'].sort());
  assert.equal((await machine.health()).version, '9.8.0');
});

test('a version that ends, or never becomes healthy, makes room for the one before', async () => {
  const bad = {
    ends: 'process.exit(1)',
    'does nothing': 'setInterval(() => undefined, 1_000)',
  };
  for (const [what, code] of Object.entries(bad)) {
    const worse = changedPackage(here, join(folder, what.replace(' ', '-')), '9.9.0', { 'lib/main.mjs': code });
    const { code: exit, output } = await machine.install(worse, '--health-seconds', '4');
    assert.equal(exit, 1, output);
    assert.match(output, /9\.9\.0 did not become healthy within 4 s[\s\S]*version 9\.8\.0 runs again/, what);
    const { version, healthy } = await machine.health();
    assert.deepEqual([version, healthy], ['9.8.0', true]);
    assert.equal(existsSync(machine.at('opt', 'releases', '9.9.0')), false);
  }
});

test('what is not whole, or of another processor, is refused before anything drains', async () => {
  const { pid } = await machine.health();
  const cut = changedPackage(here, join(folder, 'cut'), '9.9.1');
  rmSync(join(cut, 'lib', 'parts'), { recursive: true });
  const mixed = changedPackage(here, join(folder, 'mixed'), '9.9.1', { VERSION: '9.9.2\n' });
  const program = join(folder, 'foreign');
  writeFileSync(program, '\x7fELF of something else', { mode: 0o755 });
  const cases: readonly (readonly [Awaited<ReturnType<typeof machine.install>>, RegExp])[] = [
    [await machine.install(cut), /the new version does not start/],
    [await machine.install(mixed), /the package says 9\.9\.2, its program 9\.9\.1/],
    [await machine.install(here, '--node', program), /does not run on this machine/],
    [await machine.install(here, '--node', '/nowhere'), /there is no such program/],
  ];
  for (const [{ code, output }, says] of cases) {
    assert.equal(code, 1, output);
    assert.match(output, says);
  }
  assert.equal((await machine.health()).pid, pid);
});

test('wrong words are named, with what is needed', async () => {
  const installing = [
    [['--port', '1'], /no option --port/],
    [['--prefix'], /--prefix needs a value/],
    [['--prefix', 'opt'], /an absolute path is needed/],
    [['--prefix', '/opt/a b'], /letters, digits/],
    [['--health-seconds', 'x'], /a whole number is needed/],
  ] as const;
  for (const [argv, says] of installing) {
    const { code, output } = await machine.install(here, ...argv);
    assert.equal(code, 2, output);
    assert.match(output, says);
  }
  const asking = [
    [['health', '--port', 'x'], /--port <port>.*'x'.*a whole number from 1 to 65535/],
    [['health', '--wait', '-1'], /a whole number from 0/],
    [['halth'], /unknown command 'halth'/],
    [['drain', '--later'], /unknown option '--later'/],
    [['run', 'fast'], /too many arguments/],
  ] as const;
  for (const [argv, says] of asking) {
    const { code, output } = await machine.node(...argv);
    assert.equal(code, 2, output);
    assert.match(output, says);
  }
  const nobody = await machine.node('health', '--port', '1');
  assert.equal(nobody.code, 1);
  assert.match(nobody.output, /nothing listens at 127\.0\.0\.1:1/);
});

test('a wrong setting ends it with 2, which no restart follows', async () => {
  const environment = { ...world.settingsOf('node-misconfigured'), HOLDFAST_HEALTH_PORT: 'x' };
  const run = (changed: object) =>
    spawnSync(machine.at('opt', 'current', 'bin', 'holdfast-node'), {
      env: { PATH: '/usr/bin:/bin', ...environment, ...changed },
      encoding: 'utf8',
    });
  const wrong = run({});
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /HOLDFAST_HEALTH_PORT is "x": a whole number from 0 to 65535 is needed/);
  const { port } = JSON.parse(readFileSync(machine.at('run', 'holdfast-node', 'node.json'), 'utf8'));
  const taken = run({ HOLDFAST_HEALTH_PORT: String(port) });
  assert.equal(taken.status, 2);
  assert.match(taken.stderr, /nothing can listen there.*EADDRINUSE/);
  assert.match(readFileSync(machine.at('units', 'holdfast-node.service'), 'utf8'), /^RestartPreventExitStatus=0 2$/m);
});

test('an image gets the files and the unit; a node that was stopped stays so', async () => {
  const root = join(folder, 'image');
  const { code, output } = await machine.install(here, '--destdir', root, '--prefix', '/opt/holdfast-node');
  assert.equal(code, 0, output);
  assert.ok(existsSync(join(root, 'opt/holdfast-node/current/bin/holdfast-node')));
  const unit = readFileSync(join(root, machine.at('units', 'holdfast-node.service')), 'utf8');
  assert.match(unit, /^ExecStart=\/opt\/holdfast-node\/current\/bin\/holdfast-node run$/m);
  assert.doesNotMatch(unit, /@[A-Z]+@/);

  await machine.systemctl('stop', 'holdfast-node.service');
  const again = await machine.install(here);
  assert.equal(again.code, 0, again.output);
  assert.match(again.output, /is not started/);
  assert.equal((await machine.systemctl('is-active')).code, 1);
});

test('removed, it leaves nothing but its settings', async () => {
  await machine.systemctl('start', 'holdfast-node.service');
  assert.equal((await machine.node('health', '--wait', '30')).code, 0);
  const { code, output } = await machine.install(here, '--remove');
  assert.equal(code, 0, output);
  assert.equal((await machine.systemctl('is-active')).code, 1);
  assert.equal(existsSync(machine.at('opt')), false);
  assert.deepEqual(readdirSync(machine.at('units')), []);
  assert.ok(existsSync(machine.at('node.env')));
  const nothing = await machine.install(here, '--remove');
  assert.equal(nothing.code, 1);
  assert.match(nothing.output, /nothing is installed/);
});
