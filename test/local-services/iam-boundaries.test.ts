import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  SimulatePrincipalPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { createIam } from '../../local/iam/api/service.ts';
import type { PolicyDocument, PolicyStatement } from '../../local/kernel/service.ts';
import { createSqs } from '../../local/sqs/service.ts';
import { createSts } from '../../local/sts/service.ts';
import { ACME, errorName, REGION, startTwoAccounts, type TwoAccounts } from './two-accounts.ts';

const QUEUE = `arn:aws:sqs:${REGION}:${ACME}:orders`;
const policyArn = (name: string): string => `arn:aws:iam::${ACME}:policy/${name}`;

let t: TwoAccounts;
let iam: IAMClient;
let queueUrl = '';
const clients: { destroy(): void }[] = [];
const keep = <T extends { destroy(): void }>(client: T): T => {
  clients.push(client);
  return client;
};
before(async () => {
  t = await startTwoAccounts([createIam, createSqs, createSts]);
  iam = keep(new IAMClient(t.config(t.acme)));
  const { QueueUrl = '' } = await keep(new SQSClient(t.config(t.acme))).send(
    new CreateQueueCommand({ QueueName: 'orders' }),
  );
  queueUrl = QueueUrl;
});
after(async () => {
  for (const client of clients) client.destroy();
  await t.close();
});

const policy = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const allow = (...Action: string[]): PolicyStatement => ({ Effect: 'Allow', Action, Resource: '*' });
const managed = (name: string, ...statements: PolicyStatement[]): string =>
  t.cloud.admin.putManagedPolicy({ accountId: ACME, name, document: policy(...statements) }).arn;
const TRUST: PolicyDocument = { Statement: { Effect: 'Allow', Principal: { AWS: ACME }, Action: 'sts:AssumeRole' } };

interface Made {
  readonly policies?: PolicyStatement[];
  readonly boundary?: string;
  readonly attached?: readonly string[];
}
/** A client with the credentials of a role made so. */
const asRole = (name: string, { policies = [], ...more }: Made): SQSClient => {
  const { arn } = t.cloud.admin.putRole({
    accountId: ACME,
    name,
    trustPolicy: TRUST,
    policies: policies.length > 0 ? { own: policy(...policies) } : {},
    ...more,
  });
  const { AccessKeyId, SecretAccessKey, SessionToken } = t.cloud.admin.credentialsForRole(arn, 'one');
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  return keep(new SQSClient(t.config(credentials)));
};
const asUser = (name: string, { policies = [], ...more }: Made) => {
  t.cloud.admin.putUser({ accountId: ACME, name, policies: { own: policy(...policies) }, ...more });
  return t.config(t.cloud.admin.createAccessKey(ACME, name));
};
const send = (sqs: SQSClient) => sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'x' }));
const read = (sqs: SQSClient) => sqs.send(new GetQueueAttributesCommand({ QueueUrl: queueUrl }));

test('a boundary lets through what it allows and the policies allow, and the refusal names it', async () => {
  const boundary = managed('only-reading', allow('sqs:Get*'));
  const role = asRole('bounded', { policies: [allow('sqs:*')], boundary });
  await read(role);
  await assert.rejects(send(role), {
    name: 'AccessDeniedException',
    message: `User: arn:aws:sts::${ACME}:assumed-role/bounded/one is not authorized to perform: sqs:SendMessage on resource: ${QUEUE} because no permissions boundary allows the sqs:SendMessage action`,
  });
  const user = keep(new SQSClient(asUser('bounded', { policies: [allow('sqs:*')], boundary })));
  await read(user);
  await assert.rejects(send(user), { message: /because no permissions boundary allows/ });
});

test('a boundary denies, and never gives', async () => {
  const boundary = managed('no-sending', allow('*'), { ...allow('sqs:SendMessage'), Effect: 'Deny' });
  const all = asRole('denied', { policies: [allow('*')], boundary });
  await read(all);
  await assert.rejects(send(all), { message: /with an explicit deny in a permissions boundary$/ });
  await assert.rejects(read(asRole('powerless', { boundary })), { message: /because no identity-based policy allows/ });
});

test('a session gets what role, boundary and session policy all allow', async () => {
  const boundary = managed('sending-and-reading', allow('sqs:SendMessage', 'sqs:GetQueueAttributes'));
  asRole('narrowed', { policies: [allow('sqs:*')], boundary });
  const sts = keep(new STSClient(asUser('assumer', { policies: [allow('sts:AssumeRole')] })));
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: `arn:aws:iam::${ACME}:role/narrowed`,
      RoleSessionName: 'two',
      Policy: JSON.stringify(policy(allow('sqs:Get*', 'sqs:Purge*'))),
    }),
  );
  const session = keep(
    new SQSClient(
      t.config({
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        ...{ sessionToken: Credentials?.SessionToken },
      }),
    ),
  );
  await read(session);
  await assert.rejects(send(session), { message: /because no session policy allows/ });
});

test('attached policies give what inline policies give, until they are detached', async () => {
  const document = JSON.stringify(policy(allow('sqs:SendMessage')));
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: 'senders', PolicyDocument: document }));
  assert.match(Policy?.PolicyId ?? '', /^ANPA[A-Z2-7]{17}$/);
  assert.equal(Policy?.Arn, policyArn('senders'));
  const again = iam.send(new CreatePolicyCommand({ PolicyName: 'senders', PolicyDocument: document }));
  assert.equal(await errorName(again), 'EntityAlreadyExistsException');
  const role = asRole('sender', {});
  await assert.rejects(send(role), { name: 'AccessDeniedException' });

  const both = { RoleName: 'sender', PolicyArn: policyArn('senders') };
  await iam.send(new AttachRolePolicyCommand(both));
  await send(role);
  const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'sender' }));
  assert.deepEqual(AttachedPolicies, [{ PolicyName: 'senders', PolicyArn: policyArn('senders') }]);
  assert.equal((await iam.send(new GetPolicyCommand({ PolicyArn: both.PolicyArn }))).Policy?.AttachmentCount, 1);
  const { PolicyVersion } = await iam.send(
    new GetPolicyVersionCommand({ PolicyArn: both.PolicyArn, VersionId: Policy?.DefaultVersionId }),
  );
  assert.equal(decodeURIComponent(PolicyVersion?.Document ?? ''), document);
  const { PolicyArn } = both;
  assert.equal(await errorName(iam.send(new DeletePolicyCommand({ PolicyArn }))), 'DeleteConflictException');
  assert.equal(await errorName(iam.send(new DeleteRoleCommand({ RoleName: 'sender' }))), 'DeleteConflictException');

  await iam.send(new DetachRolePolicyCommand(both));
  await assert.rejects(send(role), { name: 'AccessDeniedException' });
  assert.equal(await errorName(iam.send(new DetachRolePolicyCommand(both))), 'NoSuchEntityException');
  await iam.send(new DeletePolicyCommand({ PolicyArn }));
  assert.equal(await errorName(iam.send(new AttachRolePolicyCommand(both))), 'NoSuchEntityException');
});

test('a role has ten managed policies at most', async () => {
  asRole('collector', {});
  for (let i = 0; i <= 10; i++) {
    const attached = iam.send(
      new AttachRolePolicyCommand({ RoleName: 'collector', PolicyArn: managed(`one-of-many-${i}`, allow('sqs:Get*')) }),
    );
    if (i < 10) await attached;
    else assert.equal(await errorName(attached), 'LimitExceededException');
  }
});

test('a boundary is put, shown, and taken away', async () => {
  const PermissionsBoundary = managed('reading', allow('sqs:Get*'));
  const role = asRole('changing', { policies: [allow('sqs:*')] });
  await send(role);
  await iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: 'changing', PermissionsBoundary }));
  await assert.rejects(send(role), { message: /permissions boundary/ });
  const shown = await iam.send(new GetRoleCommand({ RoleName: 'changing' }));
  assert.equal(shown.Role?.PermissionsBoundary?.PermissionsBoundaryArn, PermissionsBoundary);
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: PermissionsBoundary }));
  assert.equal(Policy?.PermissionsBoundaryUsageCount, 1);
  const gone = iam.send(new DeletePolicyCommand({ PolicyArn: PermissionsBoundary }));
  assert.equal(await errorName(gone), 'DeleteConflictException');
  await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'changing' }));
  await send(role);
  const none = iam.send(
    new PutRolePermissionsBoundaryCommand({ RoleName: 'changing', PermissionsBoundary: policyArn('none') }),
  );
  assert.equal(await errorName(none), 'NoSuchEntityException');
});

test('who may make roles only within a boundary, can make no others and free none', async () => {
  const boundary = managed('for-delegates', allow('sqs:Get*'));
  const only = { Condition: { StringEquals: { 'iam:PermissionsBoundary': boundary } } };
  const delegate = keep(
    new IAMClient(
      asUser('delegate', {
        policies: [
          { ...allow('iam:CreateRole', 'iam:PutRolePermissionsBoundary', 'iam:AttachRolePolicy'), ...only },
          allow('iam:DeleteRolePermissionsBoundary'),
          { ...allow('iam:DeleteRolePermissionsBoundary'), Effect: 'Deny', ...only },
        ],
      }),
    ),
  );
  const role = { RoleName: 'delegated', AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', ...TRUST }) };
  assert.equal(await errorName(delegate.send(new CreateRoleCommand(role))), 'AccessDenied');
  const other = { ...role, PermissionsBoundary: managed('wider', allow('*')) };
  assert.equal(await errorName(delegate.send(new CreateRoleCommand(other))), 'AccessDenied');
  await delegate.send(new CreateRoleCommand({ ...role, PermissionsBoundary: boundary }));
  await delegate.send(
    new AttachRolePolicyCommand({ RoleName: 'delegated', PolicyArn: managed('anything', allow('*')) }),
  );
  const free = delegate.send(new DeleteRolePermissionsBoundaryCommand({ RoleName: 'delegated' }));
  assert.equal(await errorName(free), 'AccessDenied');
});

test('the simulator counts attached policies and the boundary, and tells whether it was the boundary', async () => {
  const boundary = managed('simulated-boundary', allow('sqs:Get*'));
  const attached = [managed('simulated', allow('sqs:*'))];
  asRole('simulated', { boundary, attached });
  const { EvaluationResults = [] } = await iam.send(
    new SimulatePrincipalPolicyCommand({
      PolicySourceArn: `arn:aws:iam::${ACME}:role/simulated`,
      ActionNames: ['sqs:GetQueueUrl', 'sqs:SendMessage'],
      ResourceArns: [QUEUE],
    }),
  );
  assert.deepEqual(
    EvaluationResults.map(({ EvalDecision, PermissionsBoundaryDecisionDetail: detail }) => [
      EvalDecision,
      detail?.AllowedByPermissionsBoundary,
    ]),
    [
      ['allowed', true],
      ['implicitDeny', false],
    ],
  );
});
