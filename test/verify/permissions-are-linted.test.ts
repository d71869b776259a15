// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation puts the values in
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintPermissions } from '../../dev/verify/lint-permissions.ts';
import { overlap } from '../../dev/verify/service-authorisation.ts';

const found = async (statement: object, isException = false): Promise<readonly string[]> => {
  const document = { Statement: [{ Sid: 'It', Effect: 'Allow', ...statement }] };
  return (await lintPermissions({ role: document }, () => isException)).map(({ where, what }) => `${where}: ${what}`);
};
const snapshots = 'arn:aws:ec2:*::snapshot/*';

test('what AWS knows is taken as it is', async () => {
  const Condition = { StringLike: { 'aws:ResourceTag/holdfast:job': '*' }, Bool: { 'aws:SecureTransport': 'true' } };
  assert.deepEqual(await found({ Action: 'ec2:DeleteSnapshot', Resource: snapshots, Condition }), []);
  assert.deepEqual(await found({ Action: ['ec2:DescribeVolumes', 'ec2:DescribeSnapshots'], Resource: '*' }), []);
  const sub = { 'Fn::Sub': 'arn:aws:dynamodb:eu-central-1:${AWS::AccountId}:table/holdfast' };
  assert.deepEqual(await found({ Action: 'dynamodb:PutItem', Resource: sub }), []);
  assert.deepEqual(await found({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: 'arn:aws:s3:::x/*' }), []);
});

test('an action that AWS does not have is found', async () => {
  assert.deepEqual(await found({ Action: 'ec2:DestroySnapshot', Resource: snapshots }), [
    'role.It: ec2:DestroySnapshot is no action of AWS’s'.replace('’', "'"),
    'role.It: no action of it knows the resource arn:aws:ec2:*::snapshot/*',
  ]);
  assert.match((await found({ Action: 'ebs2:ListSnapshotBlocks', Resource: snapshots })).join(), /is no action/);
});

test('a wildcard is found: of actions, and of resources that could be named', async () => {
  assert.match((await found({ Action: 'ec2:Delete*', Resource: snapshots })).join(), /an action is a wildcard/);
  assert.match(
    (await found({ Action: 'ec2:DeleteSnapshot', Resource: '*' })).join(),
    /ec2:DeleteSnapshot can be limited/,
  );
  assert.deepEqual(await found({ Action: 'ec2:DeleteSnapshot', Resource: '*' }, true), []);
});

test('a resource that the action does not know is found', async () => {
  const bucket = 'arn:aws:s3:::my-bucket';
  assert.match((await found({ Action: 's3:GetObject', Resource: bucket })).join(), /s3:GetObject knows none of its/);
  assert.match(
    (await found({ Action: 's3:GetObject', Resource: [`${bucket}/*`, 'arn:aws:sqs:eu-central-1:1:x'] })).join(),
    /no action of it knows the resource arn:aws:sqs/,
  );
});

test('a condition key that the action does not have is found', async () => {
  const on = (key: string) =>
    found({ Action: 'ec2:DeleteSnapshot', Resource: snapshots, Condition: { StringEquals: { [key]: 'x' } } });
  assert.match((await on('ec2:Ownr')).join(), /StringEquals ec2:Ownr is no condition key of ec2:DeleteSnapshot/);
  assert.match((await on('kms:ViaService')).join(), /is no condition key/);
  assert.deepEqual(await on('aws:PrincipalArn'), []);
});

test('patterns overlap where one resource can be both', () => {
  assert.ok(overlap('arn:*:s3:::*/*', 'arn:aws:s3:::holdfast-*/work/*'));
  assert.ok(overlap('*', 'arn:aws:s3:::x'));
  assert.ok(!overlap('arn:*:s3:::*/*', 'arn:aws:s3:::x'));
  assert.ok(!overlap('arn:*:ec2:*:*:volume/*', snapshots));
});
