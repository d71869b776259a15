import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { deployTemplate } from '../../dev/deployment/deploy-template.ts';
import { deployTenantUser } from '../../dev/tenant-user.ts';
import { createIam } from '../../local/iam/api/service.ts';
import { createSts } from '../../local/sts/service.ts';
import { ACME, REGION, startTwoAccounts, type TwoAccounts } from '../local-services/two-accounts.ts';

let t: TwoAccounts;
before(async () => {
  t = await startTwoAccounts([createIam, createSts]);
});
after(() => t.close());

const deploy = (Resources: object, stack = 'stack', more: object = {}) =>
  deployTemplate(
    t.cloud,
    { accountId: ACME, region: REGION },
    stack,
    JSON.stringify({ Resources, Outputs: {}, ...more }),
  );
const document = (Action: string | string[]) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});
const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: ACME }, Action: 'sts:AssumeRole' }],
};
const policy = (ManagedPolicyName: string, ...actions: string[]) => ({
  Type: 'AWS::IAM::ManagedPolicy',
  Properties: { ManagedPolicyName, PolicyDocument: document(actions) },
});
const arn = (name: string) => `arn:aws:iam::${ACME}:policy/${name}`;

/** May this user become that role? */
const assumes = async (userName: string, roleName: string): Promise<string> => {
  const sts = new STSClient(t.config(t.cloud.admin.createAccessKey(ACME, userName)));
  const RoleArn = `arn:aws:iam::${ACME}:role/${roleName}`;
  try {
    await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'one' }));
    return 'yes';
  } catch (error) {
    return (error as Error).name;
  } finally {
    sts.destroy();
  }
};

test('a stack makes roles, users and managed policies, bounded as its template says', async () => {
  const stack = (...attached: string[]) => ({
    Boundary: policy('boundary', 'sts:GetCallerIdentity'),
    Assuming: policy('assuming', 'sts:AssumeRole'),
    Free: { Type: 'AWS::IAM::User', Properties: { UserName: 'free', ManagedPolicyArns: [{ Ref: 'Assuming' }] } },
    Bounded: {
      Type: 'AWS::IAM::User',
      Properties: {
        UserName: 'bounded',
        Policies: [{ PolicyName: 'own', PolicyDocument: document('sts:AssumeRole') }],
        PermissionsBoundary: { Ref: 'Boundary' },
      },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'r',
        AssumeRolePolicyDocument: TRUST,
        ManagedPolicyArns: attached.map((name) => ({ Ref: name })),
        PermissionsBoundary: { 'Fn::GetAtt': ['Boundary', 'PolicyArn'] },
        MaxSessionDuration: 7_200,
      },
    },
  });
  await deploy(stack('Assuming'));
  const role = () => t.cloud.admin.role(`arn:aws:iam::${ACME}:role/r`);
  assert.deepEqual(role()?.attached, [arn('assuming')]);
  assert.equal(role()?.boundary, arn('boundary'));
  assert.equal(role()?.maxSessionSeconds, 7_200);
  assert.deepEqual([await assumes('free', 'r'), await assumes('bounded', 'r')], ['yes', 'AccessDenied']);
  const { roleId } = role() ?? {};
  await deploy(stack());
  assert.deepEqual([role()?.attached, role()?.roleId], [undefined, roleId], 'changed in place');
});

test('the user of an access key has all that the printed template grants, in managed policies', async () => {
  const credentials = await deployTenantUser(t.cloud, ACME);
  const sts = new STSClient(t.config(credentials));
  assert.equal((await sts.send(new GetCallerIdentityCommand({}))).Arn, `arn:aws:iam::${ACME}:user/holdfast-tenant`);
  sts.destroy();
  const inline = {
    Type: 'AWS::IAM::User',
    Properties: {
      UserName: 'inline',
      Policies: [{ PolicyName: 'p', PolicyDocument: document('ec2:DescribeInstances'.padEnd(2_000, 's')) }],
    },
  };
  await assert.rejects(deploy({ Inline: inline }, 'inline'), { name: 'LimitExceeded' }, 'as AWS refuses it');
});

test('what the local deployment does not know it refuses, and makes nothing of it', async () => {
  const user = (more: object) => ({ Type: 'AWS::IAM::User', Properties: { UserName: 'u', ...more } });
  const refused: Record<string, [object, RegExp]> = {
    'a type': [{ Group: { Type: 'AWS::IAM::Group', Properties: {} } }, /makes no AWS::IAM::Group/],
    'a property': [{ User: user({ Groups: ['admins'] }) }, /does not know Groups of User/],
    'a condition': [{ User: { ...user({}), Condition: 'IsProduction' } }, /does not know Condition of User/],
    'a function': [{ User: user({ UserName: { 'Fn::Join': ['', ['u']] } }) }, /does not know Fn::Join/],
    'a path': [{ User: user({ Path: '/people/' }) }, /at \/ only/],
    'a policy that there is not': [{ User: user({ ManagedPolicyArns: [arn('nothing')] }) }, /does not exist/],
    "a policy of AWS's": [
      { User: user({ ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }) },
      /does not exist/,
    ],
    'a policy attached from its side': [
      { Policy: { ...policy('p'), Properties: { ...policy('p', 'sts:*').Properties, Users: ['free'] } } },
      /does not know Users of Policy/,
    ],
    'more than ten policies': [
      {
        ...Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`P${n}`, policy(`p${n}`, 'sts:*')])),
        User: user({ ManagedPolicyArns: Array.from({ length: 11 }, (_, n) => ({ Ref: `P${n}` })) }),
      },
      /PoliciesPerUser: 10/,
    ],
  };
  for (const [what, [resources, words]] of Object.entries(refused))
    await assert.rejects(deploy(resources, 'refused'), words, what);
  await assert.rejects(deploy({}, 'refused', { Parameters: {} }), /knows no Parameters/);
  assert.throws(() => t.cloud.admin.principalForUser(`arn:aws:iam::${ACME}:user/u`), { name: 'NoSuchEntity' });
});
