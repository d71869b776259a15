import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startContractServer } from './contract-server.ts';
import { manyAgainst } from './run-cli.ts';
import { GROUP, INSTANCE, PLAN, POINT, TENANT } from './sample-ids.ts';
import { groupView, operatorPlanView, planView } from './sample-plans.ts';

const VOLUME = 'vol-0123456789abcdef0';
const OTHER = 'i-0fedcba9876543210';

/** Each command line and the body of the request that it makes. */
const sent = async (t: Parameters<typeof startContractServer>[0], cases: readonly [string[], unknown][]) => {
  const api = await startContractServer(t);
  api.answers.set('tenant getPlan', operatorPlanView);
  api.answers.set('tenant replacePlan', operatorPlanView);
  const results = await manyAgainst(api)(cases.map(([args]) => args));
  const bodies = api.seen.flatMap(({ body }) => (body === undefined ? [] : [body]));
  assert.deepEqual(
    results.map(({ code, err }) => [code, err]),
    cases.map(() => [0, '']),
  );
  cases.forEach(([args, body], n) => {
    assert.deepEqual(bodies[n], body, args.join(' '));
  });
};

test('jobs: instances, VM groups and plans are joined; what is not said is left to the API', (t) =>
  sent(t, [
    [
      ['backup', 'start', `${INSTANCE},${OTHER}`, '--group', GROUP, '--full', '--queue-deadline', '60'],
      { instanceIds: [INSTANCE, OTHER], groupIds: [GROUP], level: 'full', queueDeadlineSeconds: 60 },
    ],
    [['backup', 'start', '--plan', PLAN], { instanceIds: [], planId: PLAN, level: 'incremental' }],
    [['snapshot', 'start', INSTANCE], { instanceIds: [INSTANCE] }],
    [
      ['snapshot', 'start', INSTANCE, '--freeze', 'a', '--thaw', 'b', '--copy', '--copy-to-region', 'eu-west-1'],
      {
        instanceIds: [INSTANCE],
        consistency: { kind: 'application', freeze: 'a', thaw: 'b' },
        copyAtOnce: true,
        copyToRegion: 'eu-west-1',
      },
    ],
    [
      ['snapshot', 'start', INSTANCE, '--no-copy', '--crash-consistent'],
      { instanceIds: [INSTANCE], consistency: { kind: 'crash' }, copyAtOnce: false },
    ],
    [['backup-copy', 'start', POINT, '--instance', INSTANCE], { recoveryPointIds: [POINT], instanceIds: [INSTANCE] }],
  ]));

test('restores: each target with its own options', (t) =>
  sent(t, [
    [['restore', 'start', POINT], { recoveryPointId: POINT, target: { kind: 'new-instance' } }],
    [
      [
        ...['restore', 'start', POINT, '--name', 'x', '--instance-type', 'm7i.large', '--zone', 'eu-central-1a'],
        ...['--security-group', 'sg-0123456789abcdef0', '--key-name', 'k', '--donor-image', 'ami-0123456789abcdef0'],
        ...['--kms-key', 'alias/own', '--from', 'library', '--volume-tags', 'restore'],
      ],
      {
        recoveryPointId: POINT,
        target: {
          kind: 'new-instance',
          name: 'x',
          instanceType: 'm7i.large',
          securityGroupIds: ['sg-0123456789abcdef0'],
          keyName: 'k',
          availabilityZone: 'eu-central-1a',
          donorImageId: 'ami-0123456789abcdef0',
        },
        from: 'library',
        volumeTags: 'restore',
        kmsKeyId: 'alias/own',
      },
    ],
    [
      ['restore', 'start', POINT, '--in-place', '--overwrite', '--remove-replaced', '--volume', VOLUME],
      {
        recoveryPointId: POINT,
        target: { kind: 'in-place', overwrite: true, replacedVolumes: 'remove', volumeIds: [VOLUME] },
      },
    ],
    [
      ['restore', 'start', POINT, '--volumes', '--zone', 'eu-central-1b'],
      { recoveryPointId: POINT, target: { kind: 'volumes', availabilityZone: 'eu-central-1b' } },
    ],
    [
      ['restore', 'start', POINT, '--attach-to', OTHER, '--device', `${VOLUME}=/dev/sdf`, '--purpose', 'conversion'],
      {
        recoveryPointId: POINT,
        target: { kind: 'attach', instanceId: OTHER, devices: { [VOLUME]: '/dev/sdf' } },
        purpose: 'conversion',
      },
    ],
  ]));

test('VM groups: rules are joined by AND, or by OR with --any; exclusions stand by themselves', (t) => {
  const file = join(tmpdir(), `rules-${process.pid}.json`);
  const match = { or: [{ name: 'web-*' }, { and: [{ tag: { key: 'a' } }, { vpcId: 'vpc-0123456789abcdef0' }] }] };
  writeFileSync(file, JSON.stringify({ match }));
  return sent(t, [
    [['vm-group', 'add', 'all', '--all'], { name: 'all', match: { all: true } }],
    [
      ['vm-group', 'add', 'web', '--tag', 'app=web=1', '--tag', 'prod', '--name', 'web-*', '--plan', PLAN],
      {
        name: 'web',
        match: { and: [{ tag: { key: 'app', value: 'web=1' } }, { tag: { key: 'prod' } }, { name: 'web-*' }] },
        planId: PLAN,
      },
    ],
    [
      [
        ...['vm-group', 'preview', '--instance', INSTANCE, '--subnet', 'subnet-0123456789abcdef0', '--any'],
        ...['--exclude-tag', 'old', '--exclude-name', 'tmp-*', '--exclude-volume-tag', 'scratch=yes'],
        ...['--exclude-device', '/dev/sdf', '--exclude-larger-than', '500'],
      ],
      {
        match: { or: [{ instanceIds: [INSTANCE] }, { subnetId: 'subnet-0123456789abcdef0' }] },
        exclude: {
          instances: { or: [{ tag: { key: 'old' } }, { name: 'tmp-*' }] },
          volumes: [{ tag: { key: 'scratch', value: 'yes' } }, { device: '/dev/sdf' }, { largerThanGiB: 500 }],
        },
      },
    ],
    [['vm-group', 'add', 'file', '--rules', file], { name: 'file', match }],
    [
      ['vm-group', 'change', GROUP, '--no-plan', '--rename', 'shop'],
      { name: 'shop', match: groupView.match, exclude: groupView.exclude },
    ],
    [
      ['vm-group', 'change', GROUP, '--tag', 'app', '--exclude-nothing'],
      { name: 'web', match: { tag: { key: 'app' } }, exclude: { volumes: [] }, planId: PLAN },
    ],
  ]);
});

test('plans: what is not named is not sent, and a change keeps what it does not name', (t) => {
  const own = {
    name: 'nightly',
    method: 'streaming',
    schedule: planView.schedule,
    paused: false,
    fullEvery: 0,
    copy: { when: 'never' },
    consistency: { kind: 'crash' },
    retention: planView.retention,
    purpose: 'restore',
  };
  return sent(t, [
    [['plan', 'add', 'manual'], { name: 'manual' }],
    [
      [
        ...['plan', 'add', 'hourly', '--method', 'snapshot', '--schedule', 'rate(1 hour)', '--deadline', '90'],
        ...['--copy', 'cron(0 4 * * ? *)', '--time-zone', 'Europe/Berlin', '--application-consistent', '--pause'],
        ...['--keep-days', '30', '--keep-weekly', '5', '--keep-snapshots-count', '24', '--full-every', 'always'],
      ],
      {
        name: 'hourly',
        method: 'snapshot',
        schedule: { expression: 'rate(1 hour)', timeZone: 'Europe/Berlin' },
        paused: true,
        fullEvery: 'always',
        copy: { when: 'on-schedule', schedule: { expression: 'cron(0 4 * * ? *)', timeZone: 'Europe/Berlin' } },
        consistency: { kind: 'application' },
        retention: { days: 30, gfs: { daily: 0, weekly: 5, monthly: 0, yearly: 0 } },
        snapshotRetention: { count: 24 },
        deadlineMinutes: 90,
      },
    ],
    [['plan', 'change', PLAN, '--pause'], { ...own, paused: true }],
    [
      ['plan', 'change', PLAN, '--keep-days', '60', '--keep-daily', '14', '--no-schedule', '--rename', 'x'],
      (({ schedule: _, ...rest }) => ({
        ...rest,
        name: 'x',
        retention: { days: 60, gfs: { daily: 14, weekly: 5, monthly: 12, yearly: 0 } },
      }))(own),
    ],
    [
      ['plan', 'change', PLAN, '--keep-forever', '--time-zone', 'UTC'],
      (({ retention: _, ...rest }) => ({ ...rest, schedule: { ...planView.schedule, timeZone: 'UTC' } }))(own),
    ],
    [['plan', 'change', PLAN, '--streams', '3', '--tenant', TENANT], { ...own, streams: 3, transport: 'ebs-direct' }],
  ]);
});

test('what is changed is sent as a change of what was read', async (t) => {
  const api = await startContractServer(t);
  await manyAgainst(api)([
    ['plan', 'change', PLAN, '--pause'],
    ['vm-group', 'change', GROUP, '--rename', 'shop'],
  ]);
  assert.deepEqual(
    api.seen.filter(({ name }) => name.startsWith('replace')).map(({ name, query }) => [name, query.ifUpdatedAt]),
    [
      ['replacePlan', planView.updatedAt],
      ['replaceVmGroup', groupView.updatedAt],
    ],
  );
});
