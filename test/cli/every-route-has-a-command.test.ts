import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOUNS } from '../../cli/commands.ts';
import { PROVIDER, RECOVERY_KEY } from '../api/world-records.ts';
import { contractRoutes, startContractServer } from './contract-server.ts';
import { manyAgainst } from './run-cli.ts';
import { approvalView } from './sample-approvals.ts';
import { APPROVAL, GROUP, INSTANCE, JOB, NODE, ORDER, PLAN, POINT, RUN, SERVICE, TENANT } from './sample-ids.ts';
import { operatorPlanView } from './sample-plans.ts';

/** What a tenant does on its own account, and an operator with --tenant. */
const ON_TENANT: readonly string[][] = [
  ['backup', 'start', INSTANCE],
  ['snapshot', 'start', '--group', GROUP],
  ['backup-copy', 'start', POINT],
  ['restore', 'start', POINT],
  ['restore', 'start', POINT, '--dry-run'],
  ['job', 'list'],
  ['job', 'show', JOB],
  ['job', 'watch', JOB],
  ['job', 'cancel', JOB],
  ['job', 'suspend', JOB],
  ['job', 'resume', JOB],
  ['job', 'retry', JOB],
  ['instance', 'list'],
  ['recovery-point', 'list'],
  ['recovery-point', 'show', POINT],
  ['recovery-point', 'hold', POINT, '--reason', 'case 4711'],
  ['recovery-point', 'release', POINT],
  ['recovery-point', 'delete', POINT, '--even-newest', '--yes'],
  ['approval', 'list'],
  ['approval', 'show', APPROVAL],
  ['retention', 'plan'],
  ['retention', 'run', '--yes'],
  ['vm-group', 'add', 'web', '--all'],
  ['vm-group', 'list'],
  ['vm-group', 'preview', '--all'],
  ['vm-group', 'show', GROUP],
  ['vm-group', 'preview', GROUP],
  ['vm-group', 'change', GROUP, '--rename', 'shop'],
  ['vm-group', 'remove', GROUP],
  ['plan', 'add', 'nightly'],
  ['plan', 'list'],
  ['plan', 'show', PLAN],
  ['plan', 'change', PLAN, '--pause'],
  ['plan', 'remove', PLAN],
];
const OWN: readonly string[][] = [['openapi'], ['hypervisor', 'show']];
const OPERATORS: readonly string[][] = [
  ['openapi', '--operator'],
  ['job', 'show', JOB, '--path', '--tenant', TENANT],
  ['job', 'list', '--all-tenants'],
  ['job', 'list', '--hours', '24'],
  ['tenant', 'protection'],
  ['tenant', 'costs'],
  ['library', 'growth'],
  ['permissions', 'check', TENANT],
  ['permissions', 'check', SERVICE, '--service'],
  ['library', 'check', TENANT, '--depth', 'everything', '--wait'],
  ['library', 'stats', TENANT],
  ['library', 'rotate-key', TENANT],
  ['library', 'repair', TENANT],
  ['library', 'prune', TENANT, '--dry-run'],
  ['library', 'extend-locks', TENANT],
  ['library', 'runs', TENANT],
  ['library', 'run', RUN, '--tenant', TENANT],
  ['library', 'cancel', RUN, '--tenant', TENANT],
  [
    ...['hypervisor', 'add', 'service', '--name', 'x', '--account', PROVIDER, '--auth', 'iam-role'],
    ...['--recovery-public-key', RECOVERY_KEY],
  ],
  ['approval', 'list', '--approver', '--state', 'waiting'],
  ['approval', 'show', APPROVAL, '--approver'],
  ['approval', 'approve', APPROVAL, '--request-hash', '5'.repeat(64)],
  ['approval', 'reject', APPROVAL, '--reason', 'Not now.'],
  ['hypervisor', 'protect', TENANT, '--approvals', 'two-person'],
  ['tenant', 'invite', '--account', '111122223333', '--name', 'acme'],
  ['health'],
  ['quarantine', 'list'],
  ['reaper', 'plan'],
  ['reaper', 'run', '--tenant', TENANT, '--yes'],
  ['quarantine', 'show', ORDER],
  ['quarantine', 'release', ORDER, '--no-retry'],
  ['audit', 'list'],
  ['audit', 'export'],
  ['audit', 'verify'],
  ['hypervisor', 'list'],
  ['hypervisor', 'show', SERVICE],
  ['hypervisor', 'bind', TENANT, '--to', SERVICE],
  ['hypervisor', 'unbind', TENANT],
  ['hypervisor', 'revoke', TENANT, '--reason', 'case 4711'],
  ['hypervisor', 'restore-access', TENANT],
  ['hypervisor', 'rotate-key', TENANT, '--access-key-id', 'AKIA0000000000SAMPLE'],
  ['hypervisor', 'access-template', '--account', '444444444444'],
  ['hypervisor', 'template', SERVICE],
  ['hypervisor', 'check', SERVICE],
  ['hypervisor', 'remove', SERVICE],
  ['access-node', 'list', '--service', SERVICE],
  ['access-node', 'add', 'worker-1', '--service', SERVICE],
  ['access-node', 'drain', NODE, '--service', SERVICE],
  ['access-node', 'remove', NODE, '--service', SERVICE],
  ['vm-group', 'add', 'nodes', '--all', '--service', SERVICE],
  ['vm-group', 'list', '--service', SERVICE],
  ['vm-group', 'remove', GROUP, '--service', SERVICE],
];
/** Speak to nobody: they work without the API. */
const OFFLINE: readonly string[][] = [
  ['permissions', 'print'],
  ['permissions', 'cloudformation', '--user'],
  ['permissions', 'terraform', '--user'],
  ['recovery-key', 'create'],
  ['library', 'points'],
  ['library', 'cat', POINT],
  ['library', 'import', 'disk.img'],
];

const COMMANDS = [...ON_TENANT, ...ON_TENANT.map((args) => [...args, '--tenant', TENANT]), ...OWN, ...OPERATORS];

const leaves = (): string[] => [
  'health',
  'openapi',
  ...Object.entries(NOUNS).flatMap(([noun, { verbs }]) => Object.keys(verbs).map((verb) => `${noun} ${verb}`)),
];

test('every route of the contract is reached by a command, and every command is tried here', async (t) => {
  const api = await startContractServer(t);
  for (const name of ['addPlan', 'getPlan', 'replacePlan', 'removePlan'])
    api.answers.set(`tenant ${name}`, operatorPlanView);
  api.answers.set('tenant listPlans', { items: [operatorPlanView] });
  for (const side of ['tenant', 'approver']) {
    api.answers.set(`${side} getApproval`, approvalView);
    api.answers.set(`${side} listApprovals`, { items: [approvalView] });
  }
  const results = await manyAgainst(api, PROVIDER)(COMMANDS, {
    HOLDFAST_SECRET_ACCESS_KEY: 'sample/secret/access/key/0000000000000000',
  });
  results.forEach(({ code, err, out }, n) => {
    // the sample's permissions are not complete
    const expected = COMMANDS[n]?.[0] === 'permissions' ? 1 : 0;
    assert.equal(code, expected, `holdfast ${COMMANDS[n]?.join(' ')}\n${err}${out}`);
  });
  const reached = new Set(api.seen.map(({ name }) => name));
  assert.deepEqual(
    [...contractRoutes().keys()].filter((name) => !reached.has(name)),
    [],
  );
  const tried = [...COMMANDS, ...OFFLINE].flatMap(([noun = '', verb = '']) => [noun, `${noun} ${verb}`]);
  assert.deepEqual(
    leaves().filter((name) => !tried.includes(name)),
    [],
  );
});

test('what makes or begins something carries an idempotency key, and nothing else does', async (t) => {
  const api = await startContractServer(t);
  await manyAgainst(api, PROVIDER)([...ON_TENANT.slice(0, 14), ['plan', 'add', 'nightly'], ['plan', 'list']]);
  const keys = api.seen.map(({ name, idempotencyKey }) => [name, idempotencyKey !== undefined]);
  const starts = ['startBackup', 'startSnapshot', 'startBackupCopy', 'startRestore'];
  const making = [...starts, 'cancelJob', 'suspendJob', 'resumeJob', 'retryJob', 'addPlan'];
  for (const [name, has] of keys) assert.equal(has, making.includes(String(name)), String(name));
  assert.equal(new Set(api.seen.flatMap(({ idempotencyKey }) => idempotencyKey ?? [])).size, making.length);
});
