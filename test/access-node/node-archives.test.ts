/** What is in the two archives, and what can be said of it without the systems that it is for. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { XMLParser } from 'fast-xml-parser';
import { strFromU8, unzipSync } from 'fflate';
import { readConfiguration } from '../../access-node/configuration.ts';
import { NODE_VERSION } from '../../access-node/version.ts';

let folder: string;
const linux = (): string => join(folder, `holdfast-node-${NODE_VERSION}-linux.tar.gz`);
const windows = (): string => join(folder, `holdfast-node-${NODE_VERSION}-windows.zip`);
const build = (out: string): string =>
  execFileSync(process.execPath, ['dev/build-node.ts', '--out', out], { encoding: 'utf8' });
let files: Readonly<Record<string, Uint8Array>>;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-archives-'));
  build(folder);
  files = unzipSync(readFileSync(windows()));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');
const text = (name: string): string => strFromU8(files[name] ?? assert.fail(`${name} is not in the archive`));

test('both are named by their version; built again they are the same bytes; SHA256SUMS has them', () => {
  const again = join(folder, 'again');
  build(again);
  for (const file of [linux(), windows()]) {
    assert.equal(sha256(file), sha256(file.replace(folder, again)));
    assert.match(readFileSync(join(folder, 'SHA256SUMS'), 'utf8'), new RegExp(`^${sha256(file)}  holdfast-node-`, 'm'));
  }
});

test('no archive has an absolute name, a link, or a name outside it; programs of Linux can be run', () => {
  const listed = execFileSync('tar', ['-tvzf', linux()], { encoding: 'utf8' }).trim().split('\n');
  for (const line of listed) assert.match(line, /^[-d][rwx-]{9} 0\/0 +\d+ \S+ \S+ \.\/(?!.*\.\.)/, line);
  for (const name of ['install.sh', 'bin/holdfast-node'])
    assert.match(listed.find((line) => line.endsWith(`./${name}`)) ?? '', /^-rwxr-xr-x/, name);
  for (const name of Object.keys(files)) assert.doesNotMatch(name, /^\/|\\|\.\.\//);
  for (const name of ['lib/main.mjs', 'lib/worker-thread.mjs', 'lib/command.mjs', 'VERSION', 'LICENSE', 'install.ps1'])
    assert.ok(files[name], name);
});

test('the Windows service runs what the archive has, with names that install.ps1 fills in, and drains in time', () => {
  const { service } = new XMLParser({ ignoreAttributes: false }).parse(text('service/holdfast-node-service.xml'));
  const [, ...named] = /current\\(.+?)".*current\\(.+?)"/.exec(service.arguments) ?? assert.fail(service.arguments);
  assert.deepEqual(named, ['service\\defaults.env', 'lib\\main.mjs']);
  for (const name of named) assert.ok(files[name.replaceAll('\\', '/')], name);
  const script = text('install.ps1');
  const places = new Set(text('service/holdfast-node-service.xml').match(/@[A-Z]+@/g));
  for (const place of places) assert.ok(script.includes(`.Replace('${place}', `), place);
  assert.match(script, new RegExp(`\\$id = '${service.id}'`));
  const grace = Number(/^HOLDFAST_GRACE_SECONDS=(\d+)\r$/m.exec(text('service/defaults.env'))?.[1]);
  assert.ok(Number.parseInt(service.stoptimeout, 10) > grace);
  const wrapper = JSON.parse(text('service/winsw.json'));
  assert.match(wrapper.sha256, /^[0-9a-f]{64}$/);
  for (const name of ['install.ps1', 'bin/holdfast-node.cmd'])
    assert.equal(
      text(name)
        .split('\n')
        .slice(0, -1)
        .every((line) => line.endsWith('\r')),
      true,
      name,
    );
});

test('a wrapper other than the one that winsw.json names is taken into no package', () => {
  const other = join(folder, 'other.exe');
  writeFileSync(other, 'MZ');
  const built = spawnSync(process.execPath, ['dev/build-node.ts', '--out', join(folder, 'none'), '--winsw', other], {
    encoding: 'utf8',
  });
  assert.notEqual(built.status, 0);
  assert.match(built.stderr, /has the SHA-256 [0-9a-f]{64}; that of WinSW-x64\.exe 2\.12\.0 is 05b82d46/);
});

test('its settings go before what is usual', () => {
  const settings = join(folder, 'node.env');
  const usual = join(folder, 'defaults.env');
  writeFileSync(usual, text('service/defaults.env'));
  const graceOf = (lines: string): string => {
    writeFileSync(settings, lines);
    const code = 'console.log(process.env.HOLDFAST_GRACE_SECONDS)';
    return execFileSync(process.execPath, [`--env-file=${usual}`, `--env-file=${settings}`, '-e', code], {
      ...{ encoding: 'utf8', env: {} },
    }).trim();
  };
  assert.equal(graceOf('AWS_REGION=eu-central-1\r\n'), '1800');
  assert.equal(graceOf('HOLDFAST_GRACE_SECONDS=60\r\n'), '60');
});

test('unpacked where it is to be, as user data does, it is there once; again, it is the next release', () => {
  const opt = join(folder, 'opt-holdfast-node');
  const install = () => {
    mkdirSync(opt, { recursive: true });
    execFileSync('tar', ['-xzf', linux(), '-C', opt]);
    execFileSync(join(opt, 'install.sh'), ['--no-service', '--prefix', opt, '--node', process.execPath]);
    assert.deepEqual(readdirSync(opt).sort(), ['current', 'releases']);
    const said = execFileSync(join(opt, 'current', 'bin', 'holdfast-node'), ['--version'], { encoding: 'utf8' });
    assert.equal(said, `${NODE_VERSION}\n`);
    return readlinkSync(join(opt, 'current'));
  };
  assert.equal(install(), `releases/${NODE_VERSION}`);
  assert.equal(install(), `releases/${NODE_VERSION}-2`);
  assert.equal(install(), `releases/${NODE_VERSION}-3`);
  assert.equal(readdirSync(join(opt, 'releases')).length, 2, 'it keeps one to go back to');
});

test('the unit stops later than the grace that it gives, which the node accepts; systemd finds nothing wrong with it', (t) => {
  const root = join(folder, 'root');
  const unpacked = join(folder, 'unpacked');
  mkdirSync(unpacked);
  execFileSync('tar', ['-xzf', linux(), '-C', unpacked]);
  const installed = spawnSync(
    join(unpacked, 'install.sh'),
    ['--destdir', root, '--prefix', join(folder, 'opt'), '--node', process.execPath],
    { encoding: 'utf8' },
  );
  assert.equal(installed.status, 0, installed.stderr);
  const unit = join(root, 'etc/systemd/system/holdfast-node.service');
  const lines = readFileSync(unit, 'utf8');
  const grace = /^Environment=HOLDFAST_GRACE_SECONDS=(\d+)$/m.exec(lines)?.[1] ?? '';
  const read = readConfiguration(
    {
      ...{ AWS_REGION: 'x', HOLDFAST_BROKER_FUNCTION: 'x', HOLDFAST_SERVICE_ID: 'hv-00000001', HOLDFAST_QUEUES: 'x' },
      ...{ HOLDFAST_GRACE_SECONDS: grace, HOLDFAST_STATE_FOLDER: '/run/holdfast-node' },
    },
    () => '0192f0c1-2345-7abc-8def-0123456789ab',
  );
  assert.equal(read.healthPort, 0);
  assert.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(lines)?.[1]) > read.graceSeconds);
  if (spawnSync('systemd-analyze', ['--version']).status !== 0) return t.skip('systemd-analyze is not at hand');
  // It looks for the program where the unit names it.
  execFileSync('cp', ['-R', join(root, folder, 'opt'), join(folder, 'opt')]);
  const verified = spawnSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' });
  assert.deepEqual([verified.status, verified.stderr], [0, '']);
  const exposed = spawnSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', unit], {
    encoding: 'utf8',
  });
  assert.equal(exposed.status, 0, exposed.stdout.slice(-200));
});
