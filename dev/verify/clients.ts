/** `npm run verify:clients`: the AWS CLI, boto3 and coldsnap against the local cloud with Holdfast deployed to it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { SERVICE_ACCOUNT } from '../example-accounts.ts';
import { type LocalHoldfast, startLocalHoldfast } from '../local-holdfast.ts';
import { setUpHypervisors } from '../set-up.ts';
import { ebsCheck, ec2Checks } from './clients/aws-cli-ec2.ts';
import { s3Checks } from './clients/aws-cli-s3.ts';
import { serviceChecks } from './clients/aws-cli-services.ts';
import { boto3Checks } from './clients/boto3.ts';
import type { Scene } from './clients/check.ts';
import { clientOf, type Identity } from './clients/client.ts';
import { coldsnapChecks } from './clients/coldsnap.ts';
import { COLDSNAP_VERSION, coldsnapProgram } from './coldsnap-program.ts';
import { pythonPrograms } from './python-tools.ts';

const { only } = new Command('npm run verify:clients --')
  .description('What the AWS CLI, boto3 and coldsnap do on the local cloud with Holdfast deployed to it.')
  .option('--only <words>', 'only the checks whose name has these words', '')
  .parse()
  .opts<{ only: string }>();
const checks = [...ec2Checks, ebsCheck, ...s3Checks, ...serviceChecks, ...boto3Checks, ...coldsnapChecks].filter(
  ({ name }) => name.includes(only),
);
if (checks.length === 0) throw new Error(`--only: no check's name has "${only}"`);

const AWSCLI_VERSION = '1.46.3';
const BOTO3_VERSION = '1.44.5';

const aws = join(pythonPrograms([`awscli==${AWSCLI_VERSION}`]), 'aws');
const python = join(pythonPrograms([`boto3==${BOTO3_VERSION}`]), 'python');
const coldsnap = checks.some(({ name }) => name.startsWith('coldsnap')) ? coldsnapProgram() : '';
console.log(`awscli ${AWSCLI_VERSION}, boto3 ${BOTO3_VERSION}, coldsnap ${COLDSNAP_VERSION}`);

/** The AWS CLI and boto3 look again after 15 s: what takes moments elsewhere happens at once here. */
const atOnce = async ({ cloud }: LocalHoldfast): Promise<void> => {
  const states = ['volumeCreation', 'volumeDeletion', 'attachment', 'snapshotCompletion'];
  const instances = ['instanceStart', 'instanceStop', 'instanceTermination'];
  const settings = Object.fromEntries([...states, ...instances].map((name) => [`${name}Ms`, 0]));
  const answer = await fetch(`${cloud.endpoint}/_local/ec2/settings`, {
    method: 'PUT',
    headers: { 'x-local-control': cloud.controlToken },
    body: JSON.stringify(settings),
  });
  if (!answer.ok) throw new Error(`the local cloud took no settings: ${await answer.text()}`);
};

const home = mkdtempSync(join(tmpdir(), 'holdfast-clients-'));
const local = await startLocalHoldfast({ dataDir: join(home, 'cloud') });
let failed = 0;
try {
  const [tenant] = local.accounts.tenants;
  if (!tenant) throw new Error('the local cloud has no tenant');
  const { serviceId, queues } = await setUpHypervisors(local, [tenant]);
  local.startNode({ serviceId, queues });
  await atOnce(local);
  const { region } = local.place;
  const as = (identity: Identity) => clientOf(identity, { endpoint: local.cloud.endpoint, region, aws, home });
  const service = as(local.cloud.admin.rootAccessKey(SERVICE_ACCOUNT));
  const { TableNames } = await service.aws('dynamodb', 'list-tables');
  const scene: Omit<Scene, 'folder'> = {
    ...{ local, service, tenant: as(tenant.user), as, region },
    accounts: {
      service: SERVICE_ACCOUNT,
      tenant: tenant.accountId,
      tenantUserArn: `arn:aws:iam::${tenant.accountId}:user/admin`,
    },
    table: TableNames.find((name: string) => /^holdfast-\w+$/.test(name)) ?? TableNames[0],
    programs: { python, coldsnap },
  };
  for (const [index, { name, run }] of checks.entries()) {
    const folder = join(home, `check-${index}`);
    mkdirSync(folder);
    const began = performance.now();
    const problem = await run({ ...scene, folder }).then(
      () => undefined,
      (error: unknown) => error,
    );
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(`${problem ? 'FAILS' : 'ok   '} ${name} (${seconds} s)`);
    if (problem) {
      failed++;
      console.log(`      ${problem instanceof Error ? problem.stack : problem}`);
    }
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${checks.length - failed} of ${checks.length} checks`);
} finally {
  await local.stop();
  rmSync(home, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
