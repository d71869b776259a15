import { anywhere } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { type FilterKeys, passes } from './filters.ts';
import { checkId, instanceNotFound, volumesOf } from './find.ts';
import { reservationXml } from './instance-render.ts';
import { stateXml } from './instance-states.ts';
import { pageOf } from './paging.ts';
import type { Instance } from './records.ts';
import { iso } from './render.ts';
import { filters, int, text, texts } from './schema.ts';
import { visible } from './visible.ts';

const keysOf = (ec2: Ec2): FilterKeys<Instance> => ({
  'instance-id': ({ id }) => [id],
  'instance-state-name': ({ state }) => [state],
  'instance-state-code': ({ state }) => [String(stateXml(state).code)],
  'instance-type': ({ instanceType }) => [instanceType],
  'image-id': ({ imageId }) => [imageId],
  'availability-zone': ({ zone }) => [zone],
  'vpc-id': ({ vpcId }) => [vpcId],
  'subnet-id': ({ subnetId }) => [subnetId],
  'private-ip-address': ({ privateIp }) => [privateIp],
  'owner-id': ({ accountId }) => [accountId],
  'reservation-id': ({ reservationId }) => [reservationId],
  'client-token': ({ clientToken }) => [clientToken],
  architecture: ({ architecture }) => [architecture],
  platform: ({ licence }) => [licence.platformDetails.startsWith('Windows') ? 'windows' : undefined],
  'platform-details': ({ licence }) => [licence.platformDetails],
  'root-device-name': ({ rootDeviceName }) => [rootDeviceName],
  'root-device-type': () => ['ebs'],
  'key-name': ({ keyName }) => [keyName],
  'iam-instance-profile.arn': ({ profileArn }) => [profileArn],
  'launch-time': ({ launchedAt }) => [iso(launchedAt)],
  'instance.group-id': ({ securityGroupIds }) => securityGroupIds,
  'block-device-mapping.volume-id': (instance) => volumesOf(ec2, instance).map(({ id }) => id),
  'block-device-mapping.device-name': (instance) =>
    volumesOf(ec2, instance).map(({ attachment }) => attachment?.device),
});

export const describeInstances = (ec2: Ec2) =>
  ec2Operation({
    name: 'DescribeInstances',
    input: {
      InstanceId: texts.optional(),
      Filter: filters.optional(),
      MaxResults: int.optional(),
      NextToken: text.optional(),
    },
    access: (_, call) => [anywhere('DescribeInstances', call)],
    run(input, call) {
      for (const id of input.InstanceId ?? []) checkId('i', id);
      const all = visible(ec2, ec2.instances.in(call.accountId, call.region), input.InstanceId, instanceNotFound);
      const kept = all.filter(passes(input.Filter, keysOf(ec2)));
      const { page, nextToken } = pageOf(kept, input, { least: 5, most: 1_000 });
      return { reservationSet: { item: page.map((instance) => reservationXml(ec2, [instance])) }, nextToken };
    },
  });
