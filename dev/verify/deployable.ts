/** `npm run verify:deployable`: what would be deployed, held against tools and data that nobody here wrote. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { templateText } from '../../core/domain/cloudformation.ts';
import { openApiOf } from '../../functions/api/openapi.ts';
import exceptions from '../../infra/permissions/exceptions.json' with { type: 'json' };
import { packageStage } from '../deployment/package-stage.ts';
import { exportedTemplates } from './exported-templates.ts';
import { lintMachine, readMachines } from './lint-machines.ts';
import { lintOpenApi } from './lint-openapi.ts';
import { lintPermissions } from './lint-permissions.ts';
import { lintTemplates } from './lint-templates.ts';
import type { Problem } from './problem.ts';

const PERMISSIONS = join(import.meta.dirname, '../../infra/permissions');
/** Two, of different regions, without and with all that can be left out: nothing may be of one only. */
const STAGES = [
  { stage: 'prod', region: 'eu-central-1' },
  {
    stage: 'test',
    region: 'us-east-1',
    params: {
      vpc: 'vpc-0123456789abcdef0',
      vpcCidr: '10.0.0.0/16',
      subnets: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
      routeTables: 'rtb-0123456789abcdef0',
    },
  },
];

const explained = new Set(Object.keys(exceptions.everywhere).map((name) => name.split('/')[1]));

const jsonIn = (folder: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    readdirSync(join(PERMISSIONS, folder))
      .filter((file) => file.endsWith('.json'))
      .map((file) => [`${folder}/${file}`, JSON.parse(readFileSync(join(PERMISSIONS, folder, file), 'utf8'))]),
  );

let failed = false;
const check = async (what: string, find: () => Promise<readonly Problem[]> | readonly Problem[]): Promise<void> => {
  const began = performance.now();
  const problems = await find();
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`${problems.length === 0 ? '✔' : '✖'} ${what} (${seconds} s)`);
  for (const { where, what: problem } of problems) console.log(`    ${where}: ${problem}`);
  failed ||= problems.length > 0;
};

const folder = mkdtempSync(join(tmpdir(), 'holdfast-deployable-'));
try {
  const began = performance.now();
  const packaged = STAGES.map((each) => packageStage({ ...each, folder: join(folder, each.stage) }));
  const counts = packaged.map(({ stage, template }) => `${stage} ${Object.keys(template.Resources).length} resources`);
  const alone = packaged.every(({ withoutNetwork }) => withoutNetwork)
    ? 'with the network taken away'
    : 'NOT PROVEN to need no network: this system lets nobody make a namespace';
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  console.log(`✔ packaged without credentials, ${alone}: ${counts.join(', ')} (${seconds} s)`);

  const exported = exportedTemplates();
  const files = Object.entries(exported).map(([name, template]) => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, templateText(template));
    return file;
  });
  for (const { stage, path, firstPath } of packaged) {
    const { region = '' } = STAGES.find((each) => each.stage === stage) ?? {};
    await check(`cfn-lint: the template of ${stage}`, () => lintTemplates([path, firstPath], region));
  }
  await check(`cfn-lint: ${files.length} exported templates`, () => lintTemplates(files, 'eu-central-1'));
  const machines = readMachines();
  await check(`state machines (${Object.keys(machines).length}): asl-validator, deadlines, errors, payloads`, () =>
    Object.keys(machines).flatMap((name) => lintMachine(name, machines)),
  );
  const documents = {
    ...Object.fromEntries(packaged.map(({ stage, template }) => [stage, template])),
    ...exported,
    ...jsonIn('.'),
    ...jsonIn('service'),
    ...jsonIn('tenant'),
  };
  await check('IAM statements against AWS’s published actions, resources and condition keys', () =>
    lintPermissions(documents, (sid) => explained.has(sid)),
  );
  for (const audience of ['tenant', 'operator'] as const)
    await check(`OpenAPI of ${audience}s: redocly`, () => lintOpenApi(audience, openApiOf(audience)));
} finally {
  rmSync(folder, { recursive: true });
}
if (failed) process.exitCode = 1;
