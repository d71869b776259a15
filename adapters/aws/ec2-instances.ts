import {
  type DescribeInstancesCommandInput,
  type Instance,
  ModifyInstanceAttributeCommand,
  paginateDescribeInstances,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { TenantScope } from '../../core/ports/tenant-scope.ts';
import { awsName } from './classify.ts';
import { describedInstance } from './ec2-describe-instance.ts';
import { createEc2Launch } from './ec2-launch.ts';
import type { TenantReach } from './tenant-reach.ts';

const ABSENT = new Set(['InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed']);
const isGone = ({ State }: Instance): boolean => State?.Name === 'terminated';

/** All pages; none if the ids name nothing. */
export const findInstances = ({ ec2, call }: TenantReach, input: DescribeInstancesCommandInput): Promise<Instance[]> =>
  call('ec2:DescribeInstances', async () => {
    const found: Instance[] = [];
    try {
      for await (const page of paginateDescribeInstances({ client: ec2 }, input)) {
        for (const { Instances } of page.Reservations ?? []) found.push(...(Instances ?? []));
      }
    } catch (error) {
      if (ABSENT.has(awsName(error))) return [];
      throw error;
    }
    return found.filter((instance) => !isGone(instance));
  });

export const createEc2Instances = (reach: TenantReach): TenantScope['instances'] => ({
  async describe(instanceId) {
    const [instance] = await findInstances(reach, { InstanceIds: [instanceId] });
    return instance && describedInstance(reach, instance);
  },
  launch: createEc2Launch(reach),
  async terminate(instanceId) {
    await reach.call('ec2:TerminateInstances', async () => {
      try {
        await reach.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
      } catch (error) {
        if (!ABSENT.has(awsName(error))) throw error;
      }
    });
  },
  async findByTag(key, value) {
    const instances = await findInstances(reach, { Filters: [{ Name: `tag:${key}`, Values: [value] }] });
    return instances
      .filter(({ State }) => State?.Name !== 'shutting-down')
      .map(({ InstanceId }) => InstanceId)
      .filter((id) => id !== undefined);
  },
  async setDeleteOnTermination(instanceId, devices) {
    const BlockDeviceMappings = Object.entries(devices).map(([DeviceName, DeleteOnTermination]) => ({
      DeviceName,
      Ebs: { DeleteOnTermination },
    }));
    if (BlockDeviceMappings.length === 0) return;
    await reach.call('ec2:ModifyInstanceAttribute', () =>
      reach.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: instanceId, BlockDeviceMappings })),
    );
  },
});
