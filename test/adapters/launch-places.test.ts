import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DescribeSecurityGroupsCommand, DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { LaunchPlaces } from '../../core/ports/launch-places.ts';
import type { TenantAccess } from '../../core/ports/tenant-scope.ts';
import { freshId } from './records.ts';
import { startWorld, type World } from './world.ts';

describe('where a restore could go, asked of EC2 with the shipped permissions', () => {
  let world: World;
  const placesOf = async (to: TenantAccess['to'] = 'survey', tenant = 0): Promise<LaunchPlaces> => {
    const settings = clientSettings('own', 'eu-central-1', world.as('OpenRestoreRole'));
    const scopes = createTenantScopes({
      sts: new STSClient(settings),
      secrets: new SecretsManagerClient(settings),
      hubRoleArn: world.arn('HubRole'),
      region: 'eu-central-1',
    });
    return (await scopes.open(world.tenants[tenant] as TenantHypervisor, freshId('job'), { to })).places;
  };
  const NONE = { subnet: 'subnet-0123456789abcdef0', group: 'sg-0123456789abcdef0' };
  const ZONE = 'eu-central-1b';

  before(async () => {
    world = await startWorld();
  });
  after(() => world.stop());

  it('knows subnets and groups of the account, and leaves out what is not there', async () => {
    const places = await placesOf();
    const { Subnets = [] } = await world.ec2(0).send(new DescribeSubnetsCommand({}));
    const { SecurityGroups: [group] = [] } = await world.ec2(0).send(new DescribeSecurityGroupsCommand({}));
    const one = Subnets.find(({ AvailabilityZone }) => AvailabilityZone === ZONE);
    assert.ok(one?.SubnetId && one.VpcId && group?.GroupId);
    const described = { subnetId: one.SubnetId, vpcId: one.VpcId, availabilityZone: ZONE };
    assert.deepEqual(await places.subnets([one.SubnetId, NONE.subnet]), [described]);
    assert.deepEqual(await places.defaultSubnets(ZONE), [described]);
    assert.equal((await places.defaultSubnets()).length, Subnets.length);
    assert.deepEqual(await places.defaultSubnets('eu-central-1z'), []);
    assert.deepEqual(await places.securityGroups([NONE.group, group.GroupId]), [
      { groupId: group.GroupId, vpcId: one.VpcId },
    ]);
    assert.deepEqual(await places.associatedVpcs(group.GroupId), []);
    assert.deepEqual(await (await placesOf('survey', 1)).subnets([one.SubnetId]), [], 'another tenant has it not');
  });

  it('knows key pairs, instance types and zones', async () => {
    const places = await placesOf();
    assert.equal(await places.hasKeyPair('nobody*'), false);
    assert.deepEqual(await places.instanceType('c7g.large'), {
      architectures: ['arm64'],
      bootModes: ['uefi'],
      needsEna: true,
    });
    assert.equal(await places.instanceType('x9.huge'), undefined);
    assert.deepEqual(
      [await places.isOffered('c7g.large', ZONE), await places.isOffered('x9.huge', ZONE)],
      [true, false],
    );
    assert.equal(await places.isOffered('c7g.large', 'us-east-1a'), false);
    assert.deepEqual([await places.hasZone(ZONE), await places.hasZone('eu-central-1z')], [true, false]);
  });

  it('is asked in sessions that are for it, and of accounts that allow it', async () => {
    const asks = (places: LaunchPlaces) => [
      places.subnets([NONE.subnet]),
      places.defaultSubnets(),
      places.securityGroups([NONE.group]),
      places.associatedVpcs(NONE.group),
      places.hasKeyPair('ops'),
      places.instanceType('m5.large'),
      places.isOffered('m5.large', ZONE),
      places.hasZone(ZONE),
    ];
    for (const to of ['look', 'retain', 'restore'] as const)
      for (const asked of asks(await placesOf(to))) await assert.rejects(asked, { name: 'TenantAccessLost' }, to);
    const role = world.cloud.admin.role(world.accounts[0]?.roleArn ?? '');
    assert.ok(role);
    const Action = ['ec2:DescribeSubnets', 'ec2:DescribeKeyPairs'];
    const denial = { Statement: { Effect: 'Deny' as const, Action, Resource: '*' } };
    world.cloud.admin.putRole({ ...role, policies: { ...role.policies, denial } });
    const places = await placesOf();
    await assert.rejects(places.subnets([NONE.subnet]), {
      name: 'TenantAccessLost',
      tenantMessage: /ec2:DescribeSubnets/,
    });
    await assert.rejects(places.hasKeyPair('ops'), { name: 'TenantAccessLost' });
    assert.equal(await places.hasZone(ZONE), true);
    world.cloud.admin.putRole(role);
  });
});
