import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runCli } from './run-cli.ts';

const HUB = 'arn:aws:iam::999999999999:role/holdfast-dev-hub';
const shipped = (side: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../infra/permissions/${side}.json`, import.meta.url), 'utf8'));

test('the JSON permissions of each side are printed, without any API', async () => {
  assert.deepEqual(JSON.parse((await runCli(['permissions', 'print'])).out), shipped('tenant'));
  assert.deepEqual(JSON.parse((await runCli(['permissions', 'print', 'tenant-user'])).out), shipped('tenant-user'));
  assert.match((await runCli(['permissions', 'print', 'service'])).out, /autoscaling:SetDesiredCapacity/);
});

test('the tenant’s template has one role: the hub alone may assume it, with the ExternalId', async () => {
  const { code, out, err } = await runCli(['permissions', 'cloudformation', '--hub-role', HUB]);
  assert.equal(code, 0, err);
  const externalId = /ExternalId.*: ([0-9a-f]{32})\n/.exec(err)?.[1];
  const { Resources } = JSON.parse(out);
  assert.deepEqual(Object.keys(Resources), ['TenantRole']);
  const { AssumeRolePolicyDocument, Policies, RoleName } = Resources.TenantRole.Properties;
  assert.equal(RoleName, 'holdfast-tenant');
  assert.deepEqual(Policies, [{ PolicyName: 'holdfast', PolicyDocument: shipped('tenant') }]);
  const [assume, ...others] = AssumeRolePolicyDocument.Statement;
  assert.deepEqual(assume, {
    Effect: 'Allow',
    Principal: { AWS: HUB },
    Action: 'sts:AssumeRole',
    Condition: { StringEquals: { 'sts:ExternalId': externalId } },
  });
  assert.deepEqual(others, [
    { Effect: 'Allow', Principal: { AWS: HUB }, Action: ['sts:SetSourceIdentity', 'sts:TagSession'] },
  ]);
});

test('each template has an ExternalId of its own, unless one is given', async () => {
  const make = (...more: string[]) =>
    runCli(['permissions', 'cloudformation', '--hub-role', HUB, '--json', ...more]).then(({ out }) => JSON.parse(out));
  const [one, two, chosen] = await Promise.all([make(), make(), make('--external-id', 'ext-1')]);
  assert.notEqual(one.externalId, two.externalId);
  assert.equal(chosen.externalId, 'ext-1');
  assert.match(chosen.template, /"sts:ExternalId": "ext-1"/);
});

test('for an access key the template has a user, with its permissions as a managed policy', async () => {
  const { out } = await runCli(['permissions', 'cloudformation', '--user']);
  const { Resources } = JSON.parse(out);
  assert.deepEqual(Resources.TenantPolicy.Properties.PolicyDocument, shipped('tenant-user'));
  assert.deepEqual(Resources.TenantUser.Properties.ManagedPolicyArns, [{ Ref: 'TenantPolicy' }]);
});
