import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JobView } from '../../core/contracts/api.ts';
import { PROVIDER } from '../api/world-records.ts';
import { startContractServer } from './contract-server.ts';
import { cliAgainst, manyAgainst } from './run-cli.ts';
import { hypervisorView, nodeView, permissions } from './sample-hypervisors.ts';
import { GROUP, INSTANCE, JOB, NODE, PLAN, POINT, SERVICE, TENANT } from './sample-ids.ts';
import { jobView, path, pointView, preview } from './sample-jobs.ts';
import { reaperPlan } from './sample-upkeep.ts';

const OTHER = 'i-0fedcba9876543210';

test('a dry run shows what would be made and left out, and the rules that were asked', async (t) => {
  const api = await startContractServer(t);
  const { code, out } = await cliAgainst(api)(['restore', 'start', POINT, '--dry-run']);
  assert.equal(code, 0);
  assert.match(out, /This restore can be started\.[\s\S]*Data from +the library/);
  assert.match(out, /Would be made\n {2}An instance "shop-restored"/);
  assert.match(out, /3 volume tags; --volume-tags restore brings them back\n {2}1 aws: tag/);
  assert.match(out, /O6 +allowed +Your provider[\s\S]*Nothing was done\./);
  assert.deepEqual(
    api.seen.map(({ name }) => name),
    ['previewRestore'],
  );
});

test('a dry run of what would be refused ends with 3, and says by which rule', async (t) => {
  const api = await startContractServer(t);
  const rules = [{ rule: 'O8', outcome: 'refused', reason: 'conversion needs resources in 111111111111' }];
  api.answers.set('previewRestore', { ...preview, allowed: false, rules });
  const [human, json] = await manyAgainst(api)([
    ['restore', 'start', POINT, '--dry-run'],
    ['restore', 'start', POINT, '--dry-run', '--json'],
  ]);
  assert.deepEqual([human?.code, json?.code], [3, 3]);
  assert.match(human?.out ?? '', /would be refused[\s\S]*O8 +refused +conversion needs/);
  assert.equal(JSON.parse(json?.out ?? '').allowed, false);
});

test('an operator sees the states of a job as a tree; instances that went well are one line', async (t) => {
  const api = await startContractServer(t);
  api.answers.set('tenant getJob', {
    ...jobView,
    executionArn: 'arn:aws:states:eu-central-1:999999999999:execution:x:y',
  });
  const [short, all, tenant] = await manyAgainst(
    api,
    PROVIDER,
  )([
    ['job', 'show', JOB, '--tenant', TENANT],
    ['job', 'show', JOB, '--tenant', TENANT, '--path'],
    ['job', 'show', JOB],
  ]);
  assert.match(
    short?.out ?? '',
    /Execution +arn:aws:states[\s\S]*Path of attempt 1: failed, since 2026-01-01 00:00 UTC/,
  );
  assert.match(short?.out ?? '', /✓ ProtectInstances +00:00:02 {2}38 s/);
  assert.match(
    short?.out ?? '',
    new RegExp(`${OTHER} {2}failed\\n +✗ TakeSnapshots .*\\n +InstanceNotFound: ${OTHER} is not there`),
  );
  assert.doesNotMatch(short?.out ?? '', /LockInstance/);
  assert.match(all?.out ?? '', new RegExp(`${INSTANCE} {2}succeeded\\n +✓ LockInstance`));
  assert.doesNotMatch(tenant?.out ?? '', /Path|Execution/);
});

test('an operator sees what went into a state and out of it, and why it was tried again', async (t) => {
  const api = await startContractServer(t);
  const [state] = path.states;
  api.answers.set('tenant getJobPath', {
    ...path,
    states: [
      {
        ...state,
        tries: 3,
        retries: [
          { at: '2026-01-01T00:00:01.000Z', name: 'TransientFailure', cause: '{"errorMessage":"EBS was slow"}' },
        ],
        input: { text: '{\n  "attempt": 1\n}' },
        output: { text: '{', cut: true },
      },
    ],
  });
  const ask = ['job', 'show', JOB, '--tenant', TENANT, '--path', '--state', 'OpenJob', '--instance', INSTANCE];
  const { code, out } = await cliAgainst(api, PROVIDER)(ask);
  assert.equal(code, 0, out);
  assert.match(out, /tried 3 times\n +00:00:01 {2}TransientFailure: EBS was slow\n/);
  assert.match(out, /input\n +\{\n +"attempt": 1\n +\}\n +output\n +\{\n +… it goes on/);
  assert.deepEqual(api.seen.at(-1)?.query, { state: 'OpenJob', instance: INSTANCE });
});

test('how far each volume of an instance is, is shown while it is moved', async (t) => {
  const api = await startContractServer(t);
  const GIB = 2 ** 30;
  const moving = { phase: 'transferring', phaseSince: jobView.createdAt, plannedBytes: 10 * GIB, doneBytes: 4 * GIB };
  const [instance] = jobView.instances ?? [];
  api.answers.set('getJob', {
    ...jobView,
    state: 'running',
    endedAt: undefined,
    instances: [
      {
        ...instance,
        ...moving,
        volumes: [
          { volumeId: 'vol-1', level: 'full', plannedBytes: 8 * GIB, doneBytes: 4 * GIB, rate: GIB, secondsLeft: 4 },
          { volumeId: 'vol-2', level: 'incremental', plannedBytes: 0, doneBytes: 0 },
          { volumeId: 'vol-3', level: 'incremental', plannedBytes: 2 * GIB, doneBytes: 0 },
        ],
      },
    ],
  });
  const { out } = await cliAgainst(api)(['job', 'show', JOB]);
  assert.match(out, /transferring 40 %/);
  assert.match(
    out,
    /vol-1 {2}4 GiB of 8 GiB, 1 GiB\/s, 4 s left\n +vol-2 {2}nothing to be moved\n +vol-3 {2}0 B of 2 GiB\n/,
  );
});

test('a job whose execution is forgotten is shown all the same', async (t) => {
  const api = await startContractServer(t);
  api.answers.set('tenant getJob', {
    ...jobView,
    executionArn: 'arn:aws:states:eu-central-1:999999999999:execution:x:y',
  });
  const detail = 'The execution is not there any more.';
  api.answers.set('tenant getJobPath', { type: 'x', title: 'x', status: 404, code: 'NotFound', detail });
  const { code, out } = await cliAgainst(api, PROVIDER)(['job', 'show', JOB, '--tenant', TENANT]);
  assert.equal(code, 0);
  assert.match(out, /State +completed[\s\S]*not there any more/);
});

test('retention is shown first, done with --yes, and ends with 1 if something could not be removed', async (t) => {
  const api = await startContractServer(t);
  const point = pointView.recoveryPointId;
  api.answers.set('runRetention', {
    removed: [],
    failed: [{ recoveryPointId: point, reason: 'its snapshot is in use' }],
  });
  const [plan, refused, run] = await manyAgainst(api)([
    ['retention', 'plan'],
    ['retention', 'run'],
    ['retention', 'run', '--yes'],
  ]);
  assert.match(
    plan?.out ?? '',
    /1 recovery point to remove:[\s\S]*older than 30 days[\s\S]*to keep:[\s\S]*newest good one/,
  );
  assert.deepEqual([refused?.code, plan?.code, run?.code], [2, 0, 1]);
  assert.match(refused?.out ?? '', /1 recovery point to remove/);
  assert.match(run?.out ?? '', new RegExp(`Not removed: ${point}: its snapshot is in use`));
  const runs = api.seen.filter(({ name }) => name === 'runRetention');
  assert.deepEqual(
    runs.map(({ body }) => body),
    [{ token: 'token-1' }],
  );
});

const restored = (target: JobView['request']['target'], result: object): JobView => ({
  ...jobView,
  type: 'restore',
  request: { recoveryPointId: POINT, purpose: 'restore', ...(target ? { target } : {}) },
  instances: jobView.instances?.map(({ recoveryPointId: _, ...each }) => ({
    ...each,
    result: {
      volumes: [{ device: '/dev/sdf', volumeId: 'vol-0bbbbbbbbbbbbbbbb', sourceVolumeId: 'vol-0123456789abcdef0' }],
      volumeTagsLeftOut: 0,
      awsTagsLeftOut: 0,
      ...result,
    },
  })),
});

test('each restore says what it has made, and what became of what it replaced', async (t) => {
  const api = await startContractServer(t);
  const shown = async (job: JobView): Promise<string> => {
    api.answers.set('getJob', job);
    return (await cliAgainst(api)(['job', 'show', JOB])).out;
  };
  const replacedVolumes = [
    { device: '/dev/sdf', volumeId: 'vol-0aaaaaaaaaaaaaaaa', kept: true },
    { device: '/dev/sdg', volumeId: 'vol-0cccccccccccccccc', kept: false },
  ];
  const target = { kind: 'in-place', overwrite: true, replacedVolumes: 'keep' } as const;
  const inPlace = await shown(restored(target, { instanceId: INSTANCE, replacedVolumes }));
  assert.match(inPlace, new RegExp(`Restored in place: ${INSTANCE}`));
  assert.match(inPlace, /Replaced, and kept, detached: vol-0a+ \(\/dev\/sdf\)\nReplaced, and deleted: vol-0c+ \(/);
  assert.match(
    await shown(restored({ kind: 'attach', instanceId: OTHER }, {})),
    new RegExp(`Attached to ${OTHER}: 1 volume`),
  );
  assert.match(await shown(restored({ kind: 'volumes' }, {})), /New volumes: 1\n/);
});

test('what an instance is warned of stands below its result, with what to do', async (t) => {
  const api = await startContractServer(t);
  const warnings = [
    { name: 'SettingsNotRead', message: 'Not in the recovery point: the user data.', remedy: 'Allow it.' },
  ];
  api.answers.set('getJob', { ...jobView, instances: jobView.instances?.map((each) => ({ ...each, warnings })) });
  const { out } = await cliAgainst(api)(['job', 'show', JOB]);
  assert.match(
    out,
    new RegExp(
      `${INSTANCE}  warning  SettingsNotRead\\n  Not in the recovery point: the user data.\\n  What to do: Allow it.`,
    ),
  );
});

test('a snapshot says how consistent it is and why, and which volumes were left out', async (t) => {
  const api = await startContractServer(t);
  const consistency = { kind: 'crash', reason: 'the instance has no SSM agent' };
  const excludedVolumes = [{ volumeId: 'vol-0fedcba9876543210', rule: 'device /dev/sdf' }];
  const instances = jobView.instances?.map((each) => ({ ...each, consistency, excludedVolumes }));
  api.answers.set('getJob', { ...jobView, type: 'snapshot', instances });
  const { out } = await cliAgainst(api)(['job', 'show', JOB]);
  assert.match(out, new RegExp(`${INSTANCE} +done +crash +${POINT}`));
  assert.match(out, /crash-consistent, because the instance has no SSM agent/);
  assert.match(out, /vol-0fedcba9876543210: left out by device \/dev\/sdf/);
});

test('a watch ends when the job is suspended: with 1, unless that was the wish', async (t) => {
  const api = await startContractServer(t);
  api.answers.set('getJob', { ...jobView, state: 'suspended' });
  const [watch, suspend] = await manyAgainst(api)([
    ['job', 'watch', JOB],
    ['job', 'suspend', JOB, '--wait'],
  ]);
  assert.deepEqual([watch?.code, suspend?.code], [1, 0]);
  assert.match(watch?.out ?? '', /Go on with it: holdfast job resume job-/);
});

test('a service hypervisor in another account: its template is printed, and --wait waits until it is deployed', async (t) => {
  const api = await startContractServer(t);
  api.answers.set('operator addHypervisor', { ...hypervisorView, state: 'preparing' });
  let looks = 0;
  api.interfere = ({ name }) => {
    const problem = {
      type: 'x',
      title: 'x',
      status: 409,
      code: 'Conflict',
      detail: 'Not found: the instance profile.',
    };
    return name === 'operator checkHypervisor' && ++looks === 1
      ? { status: 409, body: JSON.stringify(problem) }
      : undefined;
  };
  const { code, out, err } = await cliAgainst(
    api,
    PROVIDER,
  )([
    ...['hypervisor', 'add', 'service', '--name', 'west', '--account', '444444444444', '--auth', 'assume-role'],
    ...['--role-arn', 'arn:aws:iam::444444444444:role/holdfast-dev-management', '--external-id', 'ext-1', '--wait'],
    ...['--recovery-public-key', 'hfpub1-3DMNNCB-P9KVRFV-6X6DXYZ-ZDBG30A-2Z9KZ26-DERMNQG-9C7TQF2-MXWWK0V'],
  ]);
  assert.equal(code, 0, err);
  assert.match(out, /Deploy this in account 999999999999[\s\S]*Resources: \{\}[\s\S]*Ready: vault/);
  assert.match(err, /Not found: the instance profile\. Waiting\./);
  assert.equal(looks, 2);
});

test('a missing permission is named with what does not work without it and the statement to add', async (t) => {
  const api = await startContractServer(t);
  const unchecked = [{ action: 'kms:CreateGrant', feature: 'encrypted volumes' }];
  api.answers.set('tenant checkPermissions', { ...permissions, unchecked });
  const { code, out } = await cliAgainst(api, PROVIDER)(['permissions', 'check', TENANT]);
  assert.equal(code, 1);
  assert.match(out, /ec2:RunInstances +restores +no +dry run/);
  assert.match(
    out,
    /Missing: ec2:RunInstances\. Instances cannot be restored\.\nAdd this statement[\s\S]*"Effect": "Allow"/,
  );
  assert.match(out, /Not known: kms:CreateGrant, for encrypted volumes/);
});

test('times are the user’s own in tables, and ISO in JSON', async (t) => {
  const api = await startContractServer(t);
  const berlin = cliAgainst(api);
  const table = await berlin(['recovery-point', 'list'], { env: { TZ: 'Europe/Berlin' } });
  assert.match(table.out, /2026-01-01 01:00 CET/);
  const json = await berlin(['recovery-point', 'list', '--json'], { env: { TZ: 'Europe/Berlin' } });
  assert.equal(JSON.parse(json.out).items[0].takenAt, '2026-01-01T00:00:00.000Z');
});

test('where no answer comes, what makes something is sent again under the same key', async (t) => {
  const api = await startContractServer(t);
  let tries = 0;
  api.interfere = () => (++tries < 3 ? { status: 502, body: '<html>Bad gateway</html>' } : undefined);
  for (const command of [
    ['backup', 'start', INSTANCE],
    ['job', 'retry', JOB],
  ]) {
    [tries, api.seen.length] = [0, 0];
    assert.equal((await cliAgainst(api)(command)).code, 0);
    assert.equal(new Set(api.seen.map(({ idempotencyKey }) => idempotencyKey)).size, 1);
    assert.equal(api.seen.length, 3);
  }
});

test('where none comes in the end, the key is said with which the command can be given again', async (t) => {
  const api = await startContractServer(t);
  api.interfere = () => ({ status: 502, body: '' });
  const first = await cliAgainst(api)(['backup', 'start', INSTANCE]);
  assert.equal(first.code, 4);
  const key = /with --idempotency-key (\S+) the same command/.exec(first.err)?.[1] ?? '';
  api.interfere = () => undefined;
  await cliAgainst(api)(['backup', 'start', INSTANCE, '--idempotency-key', key]);
  assert.equal(new Set(api.seen.map(({ idempotencyKey }) => idempotencyKey)).size, 1);
});

test('a list of a tenant’s own and an operator’s routes differ in nothing but their prefix', async (t) => {
  const api = await startContractServer(t);
  await manyAgainst(
    api,
    PROVIDER,
  )([
    ['vm-group', 'show', GROUP],
    ['vm-group', 'show', GROUP, '--tenant', TENANT],
    ['vm-group', 'remove', GROUP, '--service', SERVICE],
    ['job', 'list', '--type', 'restore', '--state', 'completed with errors', '--limit', '3'],
  ]);
  assert.deepEqual(
    api.seen.map(({ path }) => path),
    [
      `/vm-groups/${GROUP}`,
      `/operator/tenants/${TENANT}/vm-groups/${GROUP}`,
      `/operator/hypervisors/${SERVICE}/vm-groups/${GROUP}`,
      '/jobs',
    ],
  );
  assert.deepEqual(api.seen.at(-1)?.query, { limit: '3', type: 'restore', state: 'completed with errors' });
});

test('what a tenant reads about its plans says nothing of how data travels', async (t) => {
  const api = await startContractServer(t);
  const [show, list] = await manyAgainst(api)([
    ['plan', 'show', PLAN],
    ['plan', 'list'],
  ]);
  assert.match(show?.out ?? '', /Kept in the library +30 days, 7 daily, 5 weekly, 12 monthly/);
  assert.match(list?.out ?? '', /cron\(0 2 \* \* \? \*\) Europe\/Berlin/);
  assert.doesNotMatch(`${show?.out}${list?.out}`, /ebs-direct|streams|transport|access node/i);
});

test('what was left behind is shown with what becomes of it, and removed with --yes', async (t) => {
  const api = await startContractServer(t);
  const [plan, asked, run] = await manyAgainst(
    api,
    PROVIDER,
  )([
    ['reaper', 'plan'],
    ['reaper', 'run'],
    ['reaper', 'run', '--yes'],
  ]);
  assert.match(plan?.out ?? '', /2 findings, 1 to remove now/);
  assert.match(plan?.out ?? '', /vol-0123456789abcdef0.*again from.*failed 2 times: it is in use/);
  assert.match(plan?.out ?? '', /snap-0123456789abcdef0.*shown only.*not known here/);
  assert.match(plan?.out ?? '', /Not looked at:.*the role is gone/);
  assert.match(asked?.err ?? '', /--yes/);
  assert.equal(run?.code, 0);
  assert.match(run?.out ?? '', /Removed 1 thing/);
  const ran = api.seen.filter(({ name }) => name === 'operator runReaper');
  assert.deepEqual(
    ran.map(({ body }) => body),
    [{ token: '9'.repeat(64) }],
  );
});

test('tenants that one plan had no time for are shown and swept one by one', async (t) => {
  const api = await startContractServer(t);
  api.interfere = ({ name, query, body }) => {
    const of = name === 'operator planReaper' ? query.tenantId : (body as { tenantId?: string } | undefined)?.tenantId;
    const token = of === undefined ? 'all' : 'one';
    const left = { place: TENANT, tenantId: TENANT, reason: 'there was no time left for it' };
    const answers: Record<string, unknown> = {
      'operator planReaper': { ...reaperPlan, token, notLookedAt: of === undefined ? [left] : [] },
      'operator runReaper': { removed: 1, begun: 1, failed: 0, open: 0, left: 0, problems: [] },
    };
    return { status: 200, body: JSON.stringify(answers[name]) };
  };
  const [run] = await manyAgainst(api, PROVIDER)([['reaper', 'run', '--yes']]);
  assert.equal(run?.code, 0, run?.err);
  assert.match(run?.out ?? '', /4 findings, 2 to remove now[\s\S]*Removed 2 things.\nStarted 2 cleanups/);
  assert.doesNotMatch(run?.out ?? '', /Not looked at/);
  const ran = api.seen.filter(({ name }) => name === 'operator runReaper');
  assert.deepEqual(
    ran.map(({ body }) => body),
    [{ token: 'all' }, { token: 'one', tenantId: TENANT }],
  );
});

test('who drains a node is told what becomes of its machine', async (t) => {
  const api = await startContractServer(t);
  const drained = async (node: Partial<typeof nodeView>) => {
    api.answers.set('operator drainAccessNode', { ...nodeView, ...node });
    return (await cliAgainst(api, PROVIDER)(['access-node', 'drain', NODE, '--service', SERVICE])).out;
  };
  assert.match(await drained({ origin: 'automatic' }), /its instance is ended, and another one comes/);
  assert.match(await drained({ origin: 'automatic', os: 'windows' }), /its instance stays until you size its group/);
  assert.match(await drained({ origin: 'manual' }), /stays so until it is started again/);
});

test('an operator is told what the orders of a job have called, and what that costs', async (t) => {
  const api = await startContractServer(t);
  const calls = { blocksRead: 4_096, blocksWritten: 0, blockLists: 1, s3Puts: 102, s3Gets: 111, kms: 4 };
  api.answers.set('tenant getJob', { ...jobView, billed: { calls, nanoUsd: 12_855_000 } });
  const [shown] = await manyAgainst(api, PROVIDER)([['job', 'show', JOB, '--tenant', TENANT]]);
  assert.match(
    shown?.out ?? '',
    /Called +blocks read: 4,096, lists of blocks: 1, S3 PUT: 102, S3 GET: 111, KMS: 4; 0\.01 USD by list prices\n/,
  );
});
