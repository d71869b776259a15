// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation puts the values in
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { unzipSync } from 'fflate';
import { type Packaged, packageStage } from '../../dev/deployment/package-stage.ts';
import { substitutePseudoParameters } from '../../dev/deployment/pseudo-parameters.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-package-'));
after(() => rmSync(folder, { recursive: true }));

const params = {
  vpc: 'vpc-0123456789abcdef0',
  vpcCidr: '10.0.0.0/16',
  subnets: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
  routeTables: 'rtb-0123456789abcdef0',
};

let once: Packaged | undefined;
const packaged = (): Packaged => {
  once ??= packageStage({ stage: 'prod', region: 'us-east-1', params, folder });
  return once;
};

/** What the template has of everything that a deployment needs. */
const holdsEverything = ({ Resources }: Packaged['template']): void => {
  const of = (type: string) => Object.values(Resources).filter(({ Type }) => Type === `AWS::${type}`);
  const properties = (type: string) => of(type).map(({ Properties }) => Properties as Record<string, never>);
  for (const table of properties('DynamoDB::Table')) {
    assert.equal(table.BillingMode, 'PAY_PER_REQUEST');
    assert.deepEqual(table.PointInTimeRecoverySpecification, { PointInTimeRecoveryEnabled: true });
  }
  for (const method of properties('ApiGateway::Method')) assert.equal(method.AuthorizationType, 'AWS_IAM');
  const [api] = properties('ApiGateway::RestApi');
  assert.ok(JSON.stringify(api?.Policy).includes('execute-api:/prod/POST/backups'));
  const { LibraryBucket: bucket, LibraryBucketPolicy: policy } = Resources;
  assert.equal(bucket?.Properties.ObjectLockEnabled, true);
  assert.deepEqual(bucket?.Properties.VersioningConfiguration, { Status: 'Enabled' });
  assert.deepEqual(Object.values(bucket?.Properties.PublicAccessBlockConfiguration ?? {}), [true, true, true, true]);
  assert.match(JSON.stringify(policy), /"Sid":"CreateOnly","Effect":"Deny".*"Sid":"TlsOnly","Effect":"Deny"/);
  for (const key of properties('KMS::Key')) assert.equal(key.EnableKeyRotation, true);
  for (const role of properties('IAM::Role')) assert.match(String(role.RoleName), /^holdfast-prod-/);
  const roles = new Set(Object.keys(Resources).filter((id) => Resources[id]?.Type === 'AWS::IAM::Role'));
  for (const { Role } of properties('Lambda::Function'))
    assert.ok(roles.has(/"Fn::GetAtt":\["(\w+)"/.exec(JSON.stringify(Role))?.[1] ?? ''));
  for (const machine of properties('StepFunctions::StateMachine')) assert.ok(machine.RoleArn);
  const queues = properties('SQS::Queue');
  for (const end of ['restores', 'work'])
    assert.ok(queues.find(({ QueueName }) => String(QueueName).endsWith(`-${end}`))?.RedrivePolicy, end);
  for (const queue of queues) assert.equal(queue.SqsManagedSseEnabled, true);
  for (const group of properties('AutoScaling::AutoScalingGroup')) assert.equal(group.MinSize, '0');
  const userData = JSON.stringify(properties('EC2::LaunchTemplate'));
  assert.match(userData, /systemctl/);
  assert.match(userData, /<powershell>.*HoldfastNode/);
  const counts = {
    'EC2::LaunchTemplate': 2,
    'AutoScaling::AutoScalingGroup': 2,
    'IAM::InstanceProfile': 2,
    'Scheduler::ScheduleGroup': 2,
    'CloudWatch::Dashboard': 1,
    'StepFunctions::StateMachine': 8,
    'EC2::VPCEndpoint': 3,
    'Lambda::EventInvokeConfig': 3,
    'Lambda::Version': 0,
  };
  for (const [type, count] of Object.entries(counts)) assert.equal(of(type).length, count, type);
  assert.ok(of('CloudWatch::Alarm').length > 10);
};

test('a stage is packaged without network or credentials, for every account', async () => {
  const { template, zip } = packaged();
  holdsEverything(template);
  const text = JSON.stringify(template);
  assert.match(text, /arn:aws:iam::\$\{AWS::AccountId\}:role\/holdfast-prod-hub/);
  assert.doesNotMatch(text, /\$\{(self|sls|aws|opt|file|env):/);
  assert.doesNotMatch(text, /eu-central-1/);
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  const roles = (type: string, property: string): readonly string[] =>
    Object.values(template.Resources)
      .filter(({ Type }) => Type === type)
      .map(({ Properties }) => JSON.stringify(Properties[property]));
  for (const [type, property] of [
    ['AWS::Lambda::Function', 'Role'],
    ['AWS::StepFunctions::StateMachine', 'RoleArn'],
  ] as const) {
    const used = roles(type, property);
    assert.ok(used.length > 7);
    assert.equal(new Set(used).size, used.length, `${type}: each has a role of its own`);
  }
  // CloudFormation's limits.
  assert.ok(Object.keys(template.Resources).length <= 500, String(Object.keys(template.Resources).length));
  assert.ok(Buffer.byteLength(text) <= 1_000_000, String(Buffer.byteLength(text)));
  const files = unzipSync(readFileSync(zip));
  assert.ok(functions.length > 50);
  for (const { Properties } of functions) {
    const handler = String(Properties.Handler);
    assert.ok(`${handler.replace(/\.handler$/, '')}.mjs` in files, handler);
  }
  // As Lambda has it: the zip is all that there is.
  mkdirSync(join(folder, 'code/functions'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, 'code', name), content);
  for (const { Properties } of functions) {
    const url = pathToFileURL(join(folder, 'code', String(Properties.Handler).replace(/handler$/, 'mjs'))).href;
    await assert.rejects(import(url), { message: /HOLDFAST_|AWS_REGION/ }, url);
  }
});

/** What CloudFormation makes before `id`, of its own accord: what it refers to, and what DependsOn names. */
const madeBefore = (resources: Packaged['template']['Resources'], id: string): ReadonlySet<string> => {
  const before = new Set<string>();
  const add = (each: string): void => {
    const { DependsOn = [], ...resource } = (resources[each] ?? {}) as { DependsOn?: string | string[] };
    const text = JSON.stringify(resource);
    const referred = [...text.matchAll(/"Ref":"(\w+)"|"Fn::GetAtt":\["(\w+)"|\$\{(\w+)(?:\.\w+)?\}/g)];
    for (const next of [DependsOn, referred.map(([, ref, of, sub]) => ref ?? of ?? sub ?? '')].flat(2))
      if (next in resources && !before.has(next)) {
        before.add(next);
        add(next);
      }
  };
  add(id);
  return before;
};

/** What is set on something that is made elsewhere in the template: a name alone would not have CloudFormation wait for it. */
const SET_ON: Readonly<Record<string, string>> = {
  'S3::BucketPolicy': 'S3::Bucket',
  'SNS::TopicPolicy': 'SNS::Topic',
  'Lambda::EventInvokeConfig': 'Lambda::Function',
  'Lambda::Permission': 'Lambda::Function',
  'Lambda::Alias': 'Lambda::Function',
  'IAM::InstanceProfile': 'IAM::Role',
  'Scheduler::Schedule': 'Scheduler::ScheduleGroup',
  'AutoScaling::AutoScalingGroup': 'EC2::LaunchTemplate',
  'ApiGateway::GatewayResponse': 'ApiGateway::RestApi',
};

test('what is set on a resource is made after it', () => {
  const { Resources } = packaged().template;
  const typeOf = (id: string) => Resources[id]?.Type.replace('AWS::', '') ?? '';
  const seen = new Set<string>();
  for (const id of Object.keys(Resources)) {
    const on = SET_ON[typeOf(id)];
    if (on === undefined) continue;
    seen.add(typeOf(id));
    assert.ok(
      [...madeBefore(Resources, id)].some((each) => typeOf(each) === on),
      `${id} is made beside its ${on}`,
    );
  }
  assert.deepEqual([...seen].sort(), Object.keys(SET_ON).sort());
});

test('the API is published with its own answers, and what a failed deployment cannot take back is made last', () => {
  const { Resources } = packaged().template;
  const idsOf = (type: string) => Object.keys(Resources).filter((id) => Resources[id]?.Type === `AWS::${type}`);
  const [deployment = ''] = idsOf('ApiGateway::Deployment');
  const answers = idsOf('ApiGateway::GatewayResponse');
  assert.ok(answers.length > 10);
  const before = madeBefore(Resources, deployment);
  for (const id of [...answers, ...idsOf('ApiGateway::Method')]) assert.ok(before.has(id), id);

  const retained = Object.keys(Resources).filter((id) => String(Resources[id]?.DeletionPolicy).startsWith('Retain'));
  assert.deepEqual(retained.sort(), ['AuditTable', 'HubRole', 'LibraryBucket', 'LibraryKey', 'Table']);
  for (const id of retained) assert.equal(Resources[id]?.UpdateReplacePolicy, 'Retain', id);
  const named = retained.filter((id) => Resources[id]?.DeletionPolicy === 'Retain' && id !== 'LibraryKey');
  assert.deepEqual(named, ['AuditTable'], 'all others are taken back by a first deployment that fails');
  assert.equal(madeBefore(Resources, 'AuditTable').size, Object.keys(Resources).length - 1);
  for (const id of Object.keys(Resources))
    if (id !== 'AuditTable') assert.ok(!madeBefore(Resources, id).has('AuditTable'), id);
});

test('a pseudo parameter goes to Fn::Sub, and nothing else does', () => {
  assert.deepEqual(
    substitutePseudoParameters({
      a: ['arn:aws:iam::${AWS::AccountId}:role/x', 'plain', '${aws:username}'],
      b: 'user ${aws:username} of ${AWS::AccountId}',
      c: { 'Fn::Sub': '${Other.Arn} of ${AWS::AccountId}' },
      d: 7,
      e: null,
    }),
    {
      a: [{ 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/x' }, 'plain', '${aws:username}'],
      b: { 'Fn::Sub': 'user ${!aws:username} of ${AWS::AccountId}' },
      c: { 'Fn::Sub': '${Other.Arn} of ${AWS::AccountId}' },
      d: 7,
      e: null,
    },
  );
  assert.throws(() => substitutePseudoParameters({ 'x-${AWS::AccountId}': 1 }), /puts no value into a name/);
});
