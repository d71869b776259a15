import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { managementStatements, serviceAccessTemplate } from '../../core/domain/service-access-template.ts';
import { knownServiceStatements } from '../../core/domain/service-permission-features.ts';
import { readServerless } from '../../dev/deployment/read-serverless.ts';
import { servicePermissionPolicies } from '../../functions/wiring/service-permission-policies.ts';
import { tenantTemplates } from '../../functions/wiring/tenant-templates.ts';
import exceptions from '../../infra/permissions/exceptions.json' with { type: 'json' };
import {
  type PermissionDocument,
  ROLE_FEATURES,
  TENANT_FEATURES,
  tenantDocuments,
  tenantFeatures,
  tenantPermissions,
} from '../../infra/permissions/tenant-permissions.ts';

const PROJECT = join(import.meta.dirname, '../..');
const FOLDER = join(PROJECT, 'infra/permissions');
const PLACE = { accountId: '111111111111', region: 'eu-central-1', stage: 'test' };
const MOST_OF_A_ROLE = 10_240;
/** AWS's quotas, of what is attached. */
const MOST_OF_A_MANAGED_POLICY = 6_144;
const MOST_POLICIES_OF_A_ROLE = 10;

type Statement = PermissionDocument['Statement'][number];

const list = (value: string | readonly string[]): readonly string[] => [value].flat() as readonly string[];
const filesIn = (side: string): readonly string[] =>
  readdirSync(join(FOLDER, side))
    .map((file) => file.replace(/\.json$/, ''))
    .sort();
const shipped = (side: string, name: string): PermissionDocument =>
  JSON.parse(readFileSync(join(FOLDER, side, `${name}.json`), 'utf8')) as PermissionDocument;

const management = managementStatements({ stage: '*', accountId: '*', region: '*' });
/** Every statement that is shipped, under a name of its own. */
const every: readonly (readonly [name: string, statement: Statement])[] = [
  ...filesIn('tenant').flatMap((file) =>
    shipped('tenant', file).Statement.map((one) => [`tenant/${one.Sid}`, one] as const),
  ),
  ...filesIn('service').flatMap((role) =>
    shipped('service', role).Statement.map((one) => [`${role}/${one.Sid}`, one] as const),
  ),
  ...filesIn('parts').flatMap((part) =>
    shipped('parts', part).Statement.map((one) => [`parts/${one.Sid}`, one] as const),
  ),
  ...management.map((one) => [`service/${one.Sid}`, one] as const),
];

interface Role {
  readonly RoleName: string;
  readonly Policies: readonly { readonly PolicyName: string; readonly PolicyDocument: unknown }[];
  readonly ManagedPolicyArns?: readonly { readonly Ref: string }[];
}
const resources = Object.assign(
  {},
  ...readServerless(join(PROJECT, 'serverless.yml'), PLACE).resources.map(({ Resources }) => Resources),
) as Readonly<Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>>;
const everyRole = Object.values(resources)
  .filter(({ Type }) => Type === 'AWS::IAM::Role')
  .map(({ Properties }) => Properties as unknown as Role);
/** Put together of parts; the others have a document each. */
const isOfParts = ({ ManagedPolicyArns = [] }: Role): boolean => ManagedPolicyArns.length > 0;
const nameOf = ({ RoleName }: Role): string => RoleName.replace('holdfast-test-', '');
const sidsOf = (document: unknown): readonly string[] =>
  (document as PermissionDocument).Statement.map(({ Sid }) => Sid);

test('each statement of a tenant is in one document, under one name, and says nothing that another says', () => {
  const all = filesIn('tenant').flatMap((file) => shipped('tenant', file).Statement);
  assert.equal(new Set(all.map(({ Sid }) => Sid)).size, all.length);
  const said = all.flatMap(({ Action, Resource, Condition }) =>
    list(Action).flatMap((action) => list(Resource).map((resource) => JSON.stringify([action, resource, Condition]))),
  );
  assert.equal(new Set(said).size, said.length);
  // The same without its condition, beside one with: the condition would be of no use.
  const free = new Set(
    all
      .filter(({ Condition }) => Condition === undefined)
      .flatMap(({ Action, Resource }) =>
        list(Action).flatMap((action) => list(Resource).map((resource) => `${action} ${resource}`)),
      ),
  );
  const pointless = all
    .filter(({ Condition }) => Condition !== undefined)
    .flatMap(({ Sid, Action, Resource }) =>
      list(Action).flatMap((action) =>
        list(Resource)
          .filter((resource) => free.has(`${action} ${resource}`))
          .map(() => `${Sid} ${action}`),
      ),
    );
  assert.deepEqual(pointless, []);
});

test('every document is of some feature, every feature has the base, and all together are what tenants get', () => {
  assert.deepEqual(Object.keys(tenantDocuments).toSorted(), filesIn('tenant'));
  const used = new Set<string>(['base', ...Object.values(TENANT_FEATURES).flat()]);
  assert.deepEqual([...used].toSorted(), filesIn('tenant'));
  const base = shipped('tenant', 'base').Statement;
  for (const feature of tenantFeatures) {
    const { Statement } = tenantPermissions([feature]);
    assert.deepEqual(Statement.slice(0, base.length), base, feature);
  }
  const role = { hubRoleArn: 'arn:aws:iam::111111111111:role/holdfast-test-hub', externalId: 'x', name: 'holdfast-x' };
  const { Resources } = JSON.parse(tenantTemplates.text(role, tenantTemplates.features));
  const granted = (Resources.TenantRole.Properties.Policies as { PolicyDocument: PermissionDocument }[]).flatMap(
    ({ PolicyDocument }) => PolicyDocument.Statement,
  );
  const bySid = (one: Statement, other: Statement) => one.Sid.localeCompare(other.Sid);
  assert.deepEqual(granted.toSorted(bySid), tenantPermissions(ROLE_FEATURES).Statement.toSorted(bySid));
  assert.deepEqual(
    granted.toSorted(bySid),
    filesIn('tenant')
      .filter((name) => name !== 'access-key')
      .flatMap((name) => shipped('tenant', name).Statement)
      .toSorted(bySid),
  );
});

/** Not deployed: the operators' API makes one for each service hypervisor. */
const MADE_LATER = 'node';

test('every role of the control plane is deployed with its document or its parts, and every document is of a role', () => {
  const [ofParts, others] = [everyRole.filter(isOfParts), everyRole.filter((role) => !isOfParts(role))];
  assert.deepEqual(
    others.map(nameOf).toSorted(),
    filesIn('service').filter((name) => name !== MADE_LATER),
  );
  for (const role of everyRole) {
    const documents = role.Policies.map(({ PolicyDocument }) => PolicyDocument);
    const length = documents.reduce((sum: number, document) => sum + JSON.stringify(document).length, 0);
    assert.ok(length <= MOST_OF_A_ROLE, `${role.RoleName}: ${length}`);
    assert.doesNotMatch(JSON.stringify(documents), /\$\{/);
  }
  for (const role of others) {
    const sids = role.Policies.flatMap(({ PolicyDocument }) => sidsOf(PolicyDocument));
    assert.deepEqual(sids, sidsOf(shipped('service', nameOf(role))), role.RoleName);
    assert.equal(new Set(sids).size, sids.length, role.RoleName);
  }
  const used = new Set<string>();
  for (const role of ofParts) {
    // Of its own it has its logs, and nothing else.
    assert.deepEqual(
      role.Policies.flatMap(({ PolicyDocument }) => sidsOf(PolicyDocument)),
      ['WriteLogs'],
      role.RoleName,
    );
    const parts = (role.ManagedPolicyArns ?? []).map(({ Ref }) => resources[Ref]?.Properties ?? {});
    assert.ok(parts.length <= MOST_POLICIES_OF_A_ROLE, role.RoleName);
    const sids = parts.flatMap(({ PolicyDocument }) => sidsOf(PolicyDocument));
    assert.equal(new Set(sids).size, sids.length, role.RoleName);
    for (const { ManagedPolicyName, PolicyDocument } of parts) {
      const name = String(ManagedPolicyName).replace('holdfast-test-', '');
      used.add(name);
      assert.deepEqual(sidsOf(PolicyDocument), sidsOf(shipped('parts', name)), name);
      assert.ok(JSON.stringify(PolicyDocument).length <= MOST_OF_A_MANAGED_POLICY, name);
      assert.doesNotMatch(JSON.stringify(PolicyDocument), /\$\{/);
    }
  }
  assert.deepEqual([...used].toSorted(), filesIn('parts'));
});

test('no action is a wildcard, and every statement only allows', () => {
  for (const [name, { Action, Effect }] of every) {
    assert.equal(Effect, 'Allow', name);
    for (const action of list(Action)) assert.match(action, /^[a-z0-9-]+:[A-Za-z]+$/, name);
  }
});

test('what is allowed on every resource is on the list of what cannot be narrowed, and why', (t) => {
  const everywhere = every.filter(([, { Resource }]) => list(Resource).includes('*')).map(([name]) => name);
  const reasons: Readonly<Record<string, string>> = exceptions.everywhere;
  const unjustified = everywhere.filter((name) => (reasons[name] ?? '').length < 20);
  t.diagnostic(`${every.length} statements, ${everywhere.length} with Resource "*": ${unjustified.length} unjustified`);
  assert.deepEqual(unjustified, []);
  assert.deepEqual(
    Object.keys(reasons).filter((name) => !everywhere.includes(name)),
    [],
    'reasons for nothing',
  );
});

const LOOKS = /:(Describe|Get|List)|^sts:GetFederationToken$|^iam:SimulatePrincipalPolicy$|^ssm:/;
const isOurs = (condition: Statement['Condition']): boolean =>
  ['aws:ResourceTag/', 'aws:RequestTag/'].some((kind) =>
    ['holdfast:job', 'holdfast:replaced-by'].some((tag) => condition?.StringLike?.[`${kind}${tag}`] === 'job-*'),
  );

test('in a tenant account nothing is changed or deleted but with our tags, or for a reason', (t) => {
  const changing = filesIn('tenant')
    .flatMap((file) => shipped('tenant', file).Statement)
    .filter(({ Action }) => list(Action).some((action) => !LOOKS.test(action)));
  const reasons: Readonly<Record<string, string>> = exceptions['without our tag'];
  const unmarked = changing.filter(
    ({ Condition }) => !isOurs(Condition) && Condition?.StringEquals?.['ec2:CreateAction'] === undefined,
  );
  const unjustified = unmarked.filter(({ Sid }) => (reasons[Sid] ?? '').length < 20);
  t.diagnostic(
    `${changing.length} statements that change something, ${unmarked.length} without our tag: ${unjustified.length} unjustified`,
  );
  assert.deepEqual(unjustified, []);
  assert.deepEqual(Object.keys(reasons).toSorted(), unmarked.map(({ Sid }) => Sid).toSorted());
  // Deleting is never among the exceptions.
  for (const { Sid, Action, Condition } of changing)
    if (list(Action).some((action) => /:(Delete|Terminate|Deregister)/.test(action))) assert.ok(isOurs(Condition), Sid);
});

test('tags are set only on what is made in the same call, on what is ours, or as the mark of a replaced volume', () => {
  const tagging = every.filter(([, { Action }]) =>
    list(Action).some((action) => /^ec2:(Create|Delete)Tags$/.test(action)),
  );
  for (const [name, { Condition }] of tagging) {
    const atCreation = Condition?.StringEquals?.['ec2:CreateAction'] !== undefined;
    assert.ok(atCreation || isOurs(Condition), name);
  }
  assert.ok(tagging.length >= 9, String(tagging.length));
});

test('keys of tenants are used through EC2 and EBS only', () => {
  for (const [name, { Action, Condition }] of every.filter(([name]) => name.startsWith('tenant/')))
    if (list(Action).some((action) => action.startsWith('kms:')))
      assert.deepEqual(Condition?.StringLike?.['kms:ViaService'], ['ec2.*.amazonaws.com', 'ebs.*.amazonaws.com'], name);
});

test('whatever bucket is made, nobody comes to it but over TLS', () => {
  const own = readServerless(join(PROJECT, 'serverless.yml'), PLACE).resources.map(({ Resources }) => Resources);
  const { Resources } = serviceAccessTemplate({
    ...{ ...PLACE, hubRoleArn: 'hub', brokerRoleArn: 'broker', operatorRoleArn: 'operator', externalId: 'x' },
    library: { bucket: 'elsewhere' },
  });
  const named = (bucket: unknown, all: typeof own): unknown =>
    typeof bucket === 'string'
      ? bucket
      : all.map((each) => each[(bucket as { Ref: string }).Ref]).find(Boolean)?.Properties.BucketName;
  for (const all of [own, [Resources as (typeof own)[number]]]) {
    const made = all.flatMap((each) => Object.values(each));
    const buckets = made
      .filter(({ Type }) => Type === 'AWS::S3::Bucket')
      .map(({ Properties }) => Properties.BucketName);
    assert.ok(buckets.length > 0);
    for (const bucket of buckets) {
      const policy = made.find(
        ({ Type, Properties }) => Type === 'AWS::S3::BucketPolicy' && named(Properties.Bucket, all) === bucket,
      );
      const document = policy?.Properties.PolicyDocument as PermissionDocument | undefined;
      const { Sid: _, ...tls } = document?.Statement.find(({ Sid }) => Sid === 'TlsOnly') ?? ({} as Statement);
      assert.deepEqual(tls, {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      });
    }
  }
});

test('a role of nodes can do all that its document says, and its boundary says no more', () => {
  const text = (name: string): string =>
    readFileSync(join(FOLDER, name), 'utf8')
      .replaceAll(/"[^"]*-broker:(hv-\*|\$\{hypervisor\})"/g, '"BROKER"')
      .replaceAll(/\$\{(self:custom\.nodeSoftwareObjects|nodeSoftware)\}/g, 'SOFTWARE')
      .replaceAll(/-(hv-\*|\$\{hypervisor\})-/g, '-HYPERVISOR-');
  assert.deepEqual(JSON.parse(text('node-boundary.json')), JSON.parse(text('service/node.json')));
});

test('roles are passed to the one service that they are for', () => {
  const passing = every.filter(([, { Action }]) => list(Action).includes('iam:PassRole'));
  for (const [name, { Condition }] of passing)
    assert.equal(typeof Condition?.StringEquals?.['iam:PassedToService'], 'string', name);
  assert.ok(passing.length >= 4);
});

test('each statement that the check of a service hypervisor asks about has words for what does not work without', () => {
  const arn = (service: string, name: string) => `arn:aws:${service}:${PLACE.region}:${PLACE.accountId}:${name}`;
  const rolesToCheck = servicePermissionPolicies({
    HOLDFAST_STAGE: 'test',
    HOLDFAST_ACCOUNT_ID: PLACE.accountId,
    AWS_REGION: PLACE.region,
    HOLDFAST_TABLE: 'holdfast-test',
    HOLDFAST_AUDIT_TABLE: 'holdfast-test-audit',
    HOLDFAST_WORK_BUCKET: 'work',
    HOLDFAST_LIBRARY_BUCKET: 'library',
    HOLDFAST_LIBRARY_KEY_ARN: arn('kms', 'key/k'),
    HOLDFAST_MACHINES: arn('states', 'stateMachine:holdfast-test'),
    HOLDFAST_HUB_ROLE_ARN: `arn:aws:iam::${PLACE.accountId}:role/holdfast-test-hub`,
    HOLDFAST_BROKER_FUNCTION_ARN: arn('lambda', 'function:holdfast-test-broker'),
    HOLDFAST_NODE_BOUNDARY_ARN: `arn:aws:iam::${PLACE.accountId}:policy/holdfast-test-node-boundary`,
  });
  const mediaAgent = {
    libraryId: 'lib-1',
    library: { kind: 's3', bucket: 'vault', prefix: 'p', region: PLACE.region },
    kmsKeyArn: arn('kms', 'key/vault'),
    roleArn: `arn:aws:iam::${PLACE.accountId}:role/l`,
    maintenanceRoleArn: `arn:aws:iam::${PLACE.accountId}:role/m`,
  };
  const roles = rolesToCheck({ hypervisorId: 'hv-1', mediaAgent } as never);
  const sids = [...roles.flatMap(({ policy }) => policy.Statement), ...management].map(({ Sid }) => Sid);
  assert.deepEqual([...new Set(sids)].toSorted(), knownServiceStatements.toSorted());
  const library = JSON.stringify(roles.find(({ roleArn }) => roleArn.endsWith('/l'))?.policy);
  assert.match(library, /arn:aws:s3:::vault\/\*/);
  assert.match(library, /key\/vault/);
});
