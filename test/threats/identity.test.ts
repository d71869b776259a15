/**
 * Threat: somebody is given another tenant's account (a confused deputy). Every way to swap the principal, the role, the
 * account and the ExternalId is tried: only the one that is right of each account is taken.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { type Credentials, clientSettings } from '../../adapters/aws/clients.ts';
import { createCredentialCheck } from '../../adapters/aws/credential-check.ts';
import { freshExternalId } from '../../adapters/system.ts';
import type { InvitationView } from '../../core/contracts/invitations.ts';
import { deployInvitation } from '../../dev/deploy-invitation.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { createOperatorApi } from '../../functions/api/operator-api.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { REGION, startWorld, type World } from '../adapters/world.ts';
import { event } from '../api/call-as.ts';
import { createWorld as createApiWorld } from '../api/world.ts';

const TENANTS = ['610000000001', '610000000002', '610000000003', '610000000004'];
const STRANGER = '690000000009';

const MIGHTY: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'], Resource: '*' },
  ],
};
const trusting = (Principal: { AWS: string } | { Service: string }): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal, Action: ['sts:AssumeRole'] }],
});

describe('threat: confused deputy', () => {
  let world: World;
  const api = createApiWorld();
  let operate: (
    method: string,
    path: string,
    body: unknown,
  ) => Promise<{ status: number; body: Record<string, unknown> }>;
  const invitations: InvitationView[] = [];

  before(async () => {
    world = await startWorld();
    const credentials = createCredentialCheck({
      sts: new STSClient(clientSettings('own', REGION, world.as('OperatorApiRole'))),
      hubRoleArn: world.arn('HubRole'),
    });
    const settings = { ...api.deps.settings, controlPlaneAccountId: SERVICE_ACCOUNT, hubRoleArn: world.arn('HubRole') };
    const handle = createOperatorApi({ ...api.deps, freshExternalId, credentials, settings });
    operate = async (method, path, body) => {
      const answer = await handle(event(SERVICE_ACCOUNT, method, path, { body }));
      return { status: answer.statusCode, body: JSON.parse(answer.body) };
    };
    for (const accountId of TENANTS) {
      world.cloud.admin.createAccount(accountId, `tenant ${accountId}`);
      const { body } = await operate('POST', '/operator/invitations', { accountId, name: accountId, region: REGION });
      const invitation = body as unknown as InvitationView;
      await deployInvitation(world.cloud, invitation);
      invitations.push(invitation);
    }
  });
  after(() => world.stop());

  /** Each with all rights that a policy of its own can give. */
  const principals = (): Record<string, Credentials> => {
    const { admin } = world.cloud;
    const ofRole = (accountId: string, name: string): Credentials => {
      const { arn } = admin.putRole({
        accountId,
        name,
        trustPolicy: trusting({ Service: 'lambda.amazonaws.com' }),
        policies: { all: MIGHTY },
      });
      const { AccessKeyId, SecretAccessKey, SessionToken } = admin.credentialsForRole(arn, 'swap');
      return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    };
    const ofUser = (accountId: string): Credentials => {
      admin.putUser({ accountId, name: 'mighty', policies: { all: MIGHTY } });
      return admin.createAccessKey(accountId, 'mighty');
    };
    admin.createAccount(STRANGER, 'a stranger');
    return {
      hub: world.as('HubRole'),
      'a step’s role, not through the hub': world.as('CleanUpRole'),
      'the broker’s role, not through the hub': world.as('BrokerRole'),
      'a role of the service account that may assume anything': ofRole(SERVICE_ACCOUNT, 'mighty'),
      'a role of the service account with a name like the hub’s': ofRole(SERVICE_ACCOUNT, 'holdfast-test-hub2'),
      'a user of the service account that may assume anything': ofUser(SERVICE_ACCOUNT),
      'a role of the hub’s name in another account': ofRole(STRANGER, 'holdfast-test-hub'),
      'a user of another account': ofUser(STRANGER),
      'a user of another tenant': ofUser(TENANTS[0] as string),
      'another tenant’s role for us': ofRole(TENANTS[1] as string, 'holdfast-tenant-2'),
    };
  };

  /** With what an ExternalId could be mistaken for, and near misses of each right one. */
  const externalIds = (right: string): (string | undefined)[] => [
    ...invitations.map(({ externalId }) => externalId),
    undefined,
    freshExternalId(),
    right.toUpperCase(),
    `${right}0`,
    right.slice(0, -1),
  ];

  const assume = async (credentials: Credentials, RoleArn: string, ExternalId: string | undefined) => {
    const sts = new STSClient(clientSettings('own', REGION, credentials));
    try {
      await sts.send(
        new AssumeRoleCommand({
          RoleArn,
          RoleSessionName: 'swap',
          ...(ExternalId === undefined ? {} : { ExternalId }),
        }),
      );
      return 'accepted';
    } catch (error) {
      return (error as Error).name;
    } finally {
      sts.destroy();
    }
  };

  it('STS takes one principal, role and ExternalId of each account, and none of the swaps', async (t) => {
    const accepted: string[] = [];
    let swaps = 0;
    for (const [who, credentials] of Object.entries(principals())) {
      for (const { roleArn, externalId: right } of invitations) {
        // an upper-case id of digits only is the same: no near miss, and not tried twice
        for (const externalId of new Set(externalIds(right))) {
          const answer = await assume(credentials, roleArn, externalId);
          const isRight = who === 'hub' && externalId === right;
          if (!isRight) swaps += 1;
          if (answer === 'accepted') accepted.push(`${who} as ${roleArn} under ${externalId}`);
          else assert.equal(answer, 'AccessDenied', `${who} as ${roleArn} under ${externalId}`);
        }
      }
    }
    assert.deepEqual(
      accepted,
      invitations.map(({ roleArn, externalId }) => `hub as ${roleArn} under ${externalId}`),
    );
    t.diagnostic(
      `${swaps} swaps of principal, role and ExternalId tried: ${accepted.length - invitations.length} accepted`,
    );
    assert.ok(swaps >= 200);
  });

  it('the API adds an account with its own role and ExternalId only, and keeps nothing of the swaps', async (t) => {
    let swaps = 0;
    const accepted: string[] = [];
    for (const { accountId, externalId: right } of invitations) {
      for (const role of [
        ...invitations.map(({ roleArn }) => roleArn),
        `arn:aws:iam::${STRANGER}:role/holdfast-test-hub`,
      ]) {
        const choices = [
          undefined,
          ...invitations.map(({ externalId }) => externalId),
          freshExternalId(),
          right.slice(1),
        ];
        for (const externalId of choices) {
          const auth = { method: 'assume-role', roleArn: role, ...(externalId === undefined ? {} : { externalId }) };
          const body = { kind: 'tenant', name: 'swap', accountId, region: REGION, auth };
          const before = api.records.hypervisors.size;
          const answer = await operate('POST', '/operator/hypervisors', body);
          const isRight = role.split(':')[4] === accountId && (externalId === undefined || externalId === right);
          if (answer.status === 201) {
            accepted.push(`${accountId} ${role} ${externalId}`);
            assert.ok(isRight, accepted.at(-1));
            assert.equal(answer.body.externalId, right);
            await operate('DELETE', `/operator/hypervisors/${answer.body.hypervisorId}`, undefined);
            continue;
          }
          swaps += 1;
          assert.ok(!isRight, JSON.stringify(answer.body));
          assert.match(String(answer.body.code), /^(InvalidRequest|CredentialsRejected)$/);
          assert.equal(api.records.hypervisors.size, before, 'nothing is kept');
        }
      }
    }
    assert.equal(accepted.length, 2 * invitations.length, 'with the right ExternalId, and without naming it');
    t.diagnostic(`${swaps} swaps of account, role and ExternalId tried: 0 accepted`);
    assert.ok(swaps >= 100);
  });

  it('an account whose role takes any ExternalId, or none, is not added, and the policy to set is named', async () => {
    const { accountId, externalId } = invitations[0] as InvitationView;
    const hub = { AWS: world.arn('HubRole') };
    const statement = (Condition: object) => ({
      Effect: 'Allow',
      Principal: hub,
      Action: ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'],
      ...Condition,
    });
    for (const [name, condition] of Object.entries({
      'holdfast-open': {},
      'holdfast-any': { Condition: { StringLike: { 'sts:ExternalId': '*' } } },
      'holdfast-begins': { Condition: { StringLike: { 'sts:ExternalId': `${externalId.slice(0, 31)}?` } } },
    })) {
      const trustPolicy = { Version: '2012-10-17', Statement: [statement(condition)] } as PolicyDocument;
      const { arn } = world.cloud.admin.putRole({ accountId, name, trustPolicy, policies: {} });
      const auth = { method: 'assume-role', roleArn: arn };
      const body = { kind: 'tenant', name: 'open', accountId, region: REGION, auth };
      const answer = await operate('POST', '/operator/hypervisors', body);
      assert.deepEqual([answer.status, answer.body.code], [422, 'CredentialsRejected'], name);
      assert.ok(String(answer.body.remedy).includes(`"sts:ExternalId":"${externalId}"`), name);
    }
  });
});
