import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HypervisorId } from '../../core/contracts/ids.ts';
import { automaticNodesOf } from '../../core/domain/nodes-of-service.ts';
import { firstServiceResources } from '../../dev/deployment/first-service.ts';
import { nodeSettings } from '../../functions/wiring/hypervisors.ts';

const OWN = '999999999999';
const region = 'eu-central-1';
const SUBNETS = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];

const groups = (custom: Readonly<Record<string, string>>) =>
  Object.values(
    firstServiceResources({ stage: 'prod', region, accountId: OWN }, { name: 'holdfast-prod', ...custom }),
  ).filter(({ Type }) => Type === 'AWS::AutoScaling::AutoScalingGroup');

test('the stack’s groups are in the subnets that are named, or in the default ones', () => {
  const named = groups({ nodeSubnets: SUBNETS.join(',') });
  assert.deepEqual(
    named.map(({ Properties }) => [Properties.VPCZoneIdentifier, Properties.AvailabilityZones]),
    [
      [SUBNETS, undefined],
      [SUBNETS, undefined],
    ],
  );
  for (const { Properties } of groups({ nodeSubnets: '' })) {
    assert.equal(Properties.VPCZoneIdentifier, undefined);
    assert.deepEqual(Properties.AvailabilityZones, { 'Fn::GetAZs': '' });
  }
});

test('so are those that are made later, where these subnets are: in the deployment’s account and region', () => {
  const environment = {
    HOLDFAST_STAGE: 'prod',
    HOLDFAST_ACCOUNT_ID: OWN,
    HOLDFAST_BROKER_FUNCTION_ARN: `arn:aws:lambda:${region}:${OWN}:function:holdfast-prod-broker`,
    AWS_REGION: region,
  };
  const service = {
    hypervisorId: 'hv-1' as HypervisorId,
    accountId: OWN,
    region,
    queues: { restores: 'r', work: 'w' },
  };
  const settings = nodeSettings({ ...environment, HOLDFAST_NODE_SUBNETS: SUBNETS.join(',') });
  const subnetsOf = (of: Partial<typeof service>) => automaticNodesOf(settings, { ...service, ...of }, [{}]).subnets;
  assert.deepEqual(subnetsOf({}), SUBNETS);
  assert.equal(subnetsOf({ region: 'eu-west-1' }), undefined);
  assert.equal(subnetsOf({ accountId: '444444444444' }), undefined);
  const nodeSubnets = ['subnet-0aaaaaaaaaaaaaaa0'];
  assert.deepEqual(
    automaticNodesOf(settings, { ...service, nodeSubnets }, [{}]).subnets,
    nodeSubnets,
    'its own come first',
  );
  const without = nodeSettings({ ...environment, HOLDFAST_NODE_SUBNETS: '' });
  assert.equal(automaticNodesOf(without, service, [{}]).subnets, undefined);
});
