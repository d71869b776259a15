import assert from 'node:assert/strict';
import { test } from 'node:test';
import { featureOf, knownStatements } from '../../core/domain/permission-features.ts';
import { permissionsReport } from '../../core/domain/permission-report.ts';
import {
  type PermissionAnswer,
  type PermissionPolicy,
  type PermissionQuestion,
  permissionQuestions,
} from '../../core/domain/permissions.ts';
import { permissionPolicies } from '../../functions/wiring/permission-policies.ts';

const PLACE = { accountId: '222222222222', region: 'eu-central-1' };
const { role, user } = permissionPolicies;

const list = (value: string | readonly string[]): readonly string[] => [value].flat() as readonly string[];
const answered = (
  questions: readonly PermissionQuestion[],
  verdict: (question: PermissionQuestion) => PermissionAnswer['verdict'] | undefined,
): PermissionAnswer[] =>
  questions.flatMap((question) => {
    const found = verdict(question);
    return found ? [{ question, verdict: found, foundBy: 'simulator' }] : [];
  });
const report = (policy: PermissionPolicy, verdict: Parameters<typeof answered>[1], simulated = true) => {
  const questions = permissionQuestions(policy, PLACE);
  return permissionsReport(policy, questions, { simulated, answers: answered(questions, verdict), probes: [] });
};
const asked = (sid: string) =>
  permissionQuestions(user, PLACE)
    .filter((question) => question.sid === sid)
    .map(({ action, resource, context }) => [action, resource, context.map(({ key, values }) => [key, ...values])]);

test('every statement of the shipped permissions has a feature, and no feature is of a statement that is gone', () => {
  assert.deepEqual(user.Statement.map(({ Sid }) => Sid).toSorted(), knownStatements.toSorted());
  for (const sid of knownStatements) assert.match(featureOf(sid).without, /\.$/);
});

test('every action of the shipped permissions is asked about, but the one that asking itself proves', () => {
  for (const policy of [role, user]) {
    const questions = permissionQuestions(policy, PLACE);
    const wanted = policy.Statement.flatMap(({ Sid, Action }) => list(Action).map((action) => `${Sid} ${action}`));
    const there = new Set(questions.map(({ sid, action }) => `${sid} ${action}`));
    assert.deepEqual(
      wanted.filter((each) => !there.has(each)),
      ['PermissionsAreChecked iam:SimulatePrincipalPolicy'],
    );
  }
});

test('an action is asked about on the resources that it knows, in every situation that its statement names', () => {
  assert.deepEqual(asked('RestoreTagsAsItLaunches'), [
    [
      'ec2:CreateTags',
      'arn:aws:ec2:eu-central-1:222222222222:instance/i-0123456789abcdef0',
      [['ec2:CreateAction', 'RunInstances']],
    ],
    [
      'ec2:CreateTags',
      'arn:aws:ec2:eu-central-1:222222222222:volume/vol-0123456789abcdef0',
      [['ec2:CreateAction', 'RunInstances']],
    ],
  ]);
  assert.deepEqual(
    asked('EncryptedVolumesForEc2').map(([, , context]) => context),
    [
      [
        ['kms:GrantIsForAWSResource', 'true'],
        ['kms:ViaService', 'ec2.eu-central-1.amazonaws.com'],
      ],
      [
        ['kms:GrantIsForAWSResource', 'true'],
        ['kms:ViaService', 'ebs.eu-central-1.amazonaws.com'],
      ],
    ],
  );
  const kinds = asked('RestoreRemovesWhatItLaunched').map(
    ([action, arn]) => `${action} ${String(arn).split(/[:/]/)[5]}`,
  );
  assert.deepEqual(kinds.toSorted(), ['ec2:DeregisterImage image', 'ec2:TerminateInstances instance']);
});

test('a statement with a condition that cannot be put to the simulator is refused, not passed over', () => {
  const Statement = [
    {
      Sid: 'X',
      Effect: 'Allow',
      Action: 'ec2:StopInstances',
      Resource: '*',
      Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
    },
  ];
  assert.throws(() => permissionQuestions({ Version: '2012-10-17', Statement }, PLACE), /IpAddress/);
});

test('all allowed: complete, and nothing to add', () => {
  const all = report(role, () => 'allowed');
  assert.deepEqual([all.complete, all.missing, all.unchecked], [true, [], undefined]);
  assert.equal(all.checked.length, role.Statement.flatMap(({ Action }) => list(Action)).length);
});

test('one bad answer among good ones makes its permission missing, with what does not work and what to add', () => {
  const onVolumes = ({ sid, action, resource }: PermissionQuestion) =>
    sid === 'RestoreRemovesWhatItLaunched' && action === 'ec2:TerminateInstances' && resource.includes(':instance/');
  const { complete, missing } = report(role, (question) => (onVolumes(question) ? 'missing' : 'allowed'));
  assert.equal(complete, false);
  assert.deepEqual(missing, [
    {
      action: 'ec2:TerminateInstances',
      feature: 'restore of an instance',
      without: featureOf('RestoreRemovesWhatItLaunched').without,
      foundBy: ['simulator'],
      statement: {
        Sid: 'RestoreRemovesWhatItLaunchedTerminateInstances',
        Effect: 'Allow',
        Action: 'ec2:TerminateInstances',
        Resource: ['arn:aws:ec2:*:*:instance/*'],
        Condition: { StringLike: { 'aws:ResourceTag/holdfast:job': 'job-*' } },
      },
    },
  ]);
});

test('what is denied outright is told apart: a statement more would not help', () => {
  const { missing } = report(role, ({ action }) => (action === 'ec2:StopInstances' ? 'forbidden' : 'allowed'));
  assert.match(missing[0]?.without ?? '', /denies it outright/);
});

test('what was answered only in part is not called allowed', () => {
  const { complete, unchecked, checked } = report(role, ({ sid, resource }) =>
    sid === 'RestoreTagsAsItLaunches' && resource.includes(':volume/') ? undefined : 'allowed',
  );
  const launching = featureOf('RestoreTagsAsItLaunches').feature;
  assert.deepEqual([complete, unchecked], [false, [{ action: 'ec2:CreateTags', feature: launching }]]);
  // that of the image alone
  assert.equal(checked.filter(({ action, feature }) => action === 'ec2:CreateTags' && feature === launching).length, 1);
});

test('if the simulator may not be asked, that is the permission that is missing', () => {
  const { missing } = report(role, () => 'allowed', false);
  assert.deepEqual(
    missing.map(({ action }) => action),
    ['iam:SimulatePrincipalPolicy'],
  );
});
