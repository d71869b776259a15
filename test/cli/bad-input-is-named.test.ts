import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROVIDER } from '../api/world-records.ts';
import { startContractServer } from './contract-server.ts';
import { manyAgainst } from './run-cli.ts';
import { GROUP, INSTANCE, JOB, POINT, SERVICE } from './sample-ids.ts';

/** What is wrong, and what is said of it: the option, and what it must be. */
const WRONG: readonly [string[], RegExp][] = [
  [['backup', 'start'], /<instances> must name at least one instance, VM group or plan/],
  [['backup', 'start', 'i-1'], /<instances> must be an EC2 instance id, like i-0123/],
  [['backup', 'start', '--group', 'web'], /--group must be an id that starts with vmg-/],
  [['backup', 'start', INSTANCE, '--queue-deadline', '0'], /--queue-deadline must be at least 1/],
  [['backup', 'start', INSTANCE, '--idempotency-key', 'a b'], /--idempotency-key.*letters, digits/],
  [['snapshot', 'start', INSTANCE, '--freeze', 'x'], /Field: +--thaw/],
  [['snapshot', 'start', INSTANCE, '--crash-consistent', '--thaw', 'x', '--freeze', 'x'], /runs no commands/],
  [['snapshot', 'start', INSTANCE, '--copy-to-region', 'Frankfurt'], /--copy-to-region must be an AWS region/],
  [['backup-copy', 'start'], /<recovery points> must name at least one recovery point/],
  [['restore', 'start', 'rp'], /<recovery point> must be an id that starts with rp-/],
  [['restore', 'start', POINT, '--subnet', 'x'], /--subnet must be a subnet id/],
  [['restore', 'start', POINT, '--in-place'], /Field: +--overwrite[\s\S]*--dry-run/],
  [['restore', 'start', POINT, '--in-place', '--volumes'], /--in-place and --volumes are different targets/],
  [['restore', 'start', POINT, '--volumes', '--name', 'x'], /--name has no meaning with --volumes/],
  [['restore', 'start', POINT, '--overwrite'], /--overwrite has no meaning for a new instance/],
  [['restore', 'start', POINT, '--volume', 'vol-0123456789abcdef0'], /--volume has no meaning for a new instance/],
  [['restore', 'start', POINT, '--attach-to', 'x'], /--attach-to must be an EC2 instance id/],
  [['restore', 'start', POINT, '--attach-to', INSTANCE, '--device', 'vol-1'], /--device.*a volume and a device/],
  [
    ['restore', 'start', POINT, '--attach-to', INSTANCE, '--device', 'vol-0123456789abcdef0=?'],
    /--device must be a device name/,
  ],
  [['restore', 'start', POINT, '--transport', 'train'], /--transport.*Allowed choices are ebs-direct, hotadd/],
  [['restore', 'start', POINT, '--transport', 'hotadd'], /your provider’s business[\s\S]*--transport[\s\S]*--tenant/],
  [['job', 'list', '--state', 'fine'], /--state.*Allowed choices are queued/],
  [['job', 'list', '--all-tenants', '--type', 'backup'], /--all-tenants.*cannot be used with.*--type/],
  [['job', 'show', JOB, '--path'], /Only operators[\s\S]*--tenant/],
  [['job', 'show', JOB, '--state', 'x'], /told of a path[\s\S]*--state[\s\S]*Say --path/],
  [['job', 'show', JOB, '--instance', INSTANCE], /--instance[\s\S]*Name the state with --state/],
  [['recovery-point', 'hold', POINT, '--reason', ''], /--reason must have at least 1 character/],
  [['retention', 'run'], /Nobody is there to be asked[\s\S]*--yes/],
  [['vm-group', 'add', 'web'], /Which instances\?[\s\S]*--tag/],
  [['vm-group', 'add', 'web', '--vpc', 'x', '--name', 'y'], /--vpc must be a VPC id/],
  [['vm-group', 'add', 'web', '--all', '--exclude-larger-than', '0'], /--exclude-larger-than must be/],
  [['vm-group', 'add', 'web', '--tag', 'a', '--rules', 'x'], /--rules says all of it/],
  [['vm-group', 'add', 'web', '--rules', '/nowhere/rules.json'], /The rules cannot be read[\s\S]*--rules/],
  [['vm-group', 'preview', GROUP, '--all'], /A VM group has its own rules/],
  [['vm-group', 'change', GROUP], /Nothing to change was named/],
  [['plan', 'add', 'x', '--schedule', '0 2 * * *'], /--schedule must be cron\(minutes/],
  [['plan', 'add', 'x', '--copy', 'soon'], /--copy[\s\S]*at-once, on-demand, never/],
  [['plan', 'add', 'x', '--copy', 'cron(x)'], /--copy must be cron\(minutes/],
  [['plan', 'add', 'x', '--time-zone', 'UTC'], /A time zone needs a schedule/],
  [['plan', 'add', 'x', '--keep-days', '0'], /--keep-days must be at least 1/],
  [['plan', 'add', 'x', '--full-every', 'week'], /--full-every.*a number of days/],
  [['plan', 'add', 'x', '--streams', '3'], /Field: +--streams[\s\S]*--tenant/],
  [['plan', 'add', 'x', '--keep-snapshots-yearly', '101'], /--keep-snapshots-yearly must be at most 100/],
  [['hypervisor', 'access-template', '--account', '4'], /--account must be an AWS account id/],
  [
    ['hypervisor', 'add', 'tenant', '--name', 'x', '--account', '111111111111', '--auth', 'iam-role'],
    /--auth must be assume-role or access-key for a tenant hypervisor/,
  ],
  [
    [
      ...['hypervisor', 'add', 'service', '--name', 'x', '--account', PROVIDER, '--auth', 'iam-role'],
      ...['--kms-key', 'arn:aws:kms:eu-central-1:999999999999:key/x'],
    ],
    /--kms-key is of a bucket of yours[\s\S]*--library-bucket/,
  ],
  [
    [
      ...['hypervisor', 'add', 'tenant', '--name', 'x', '--account', '111111111111', '--auth', 'assume-role'],
      ...['--role-arn', 'arn:aws:iam::111111111111:role/holdfast-tenant', '--external-id', 'e1'],
      ...['--library-bucket', 'mine'],
    ],
    /--library-bucket is for service hypervisors/,
  ],
  [['access-node', 'add', '', '--service', SERVICE], /<name> must have at least 1 character/],
  [['access-node', 'list'], /required option '--service/],
  [['permissions', 'cloudformation'], /Field: +--hub-role/],
  [['permissions', 'cloudformation', '--user', '--name', 'admin'], /must start with holdfast-/],
];

test('bad input: the option is named, and what it must be; exit code 2, and nothing was sent', async (t) => {
  const api = await startContractServer(t);
  const results = await manyAgainst(api, PROVIDER)(WRONG.map(([args]) => args));
  results.forEach(({ code, err }, n) => {
    const [args = [], words = /^$/] = WRONG[n] ?? [];
    assert.match(err, words, args.join(' '));
    assert.equal(code, 2, `${args.join(' ')}\n${err}`);
  });
  // but for a look at what would be removed
  assert.deepEqual(
    api.seen.map(({ name }) => name),
    ['planRetention'],
  );
});
