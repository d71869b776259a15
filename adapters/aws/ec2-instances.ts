import { ModifyInstanceAttributeCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import type { TenantInstances } from '../../core/ports/tenant-instances.ts';
import { awsName } from './classify.ts';
import { changeInstance } from './ec2-change-instance.ts';
import { describedInstance } from './ec2-describe-instance.ts';
import { findInstances, NO_INSTANCE } from './ec2-find-instances.ts';
import { startInstance, stopInstance } from './ec2-instance-states.ts';
import { createEc2Launch } from './ec2-launch.ts';
import { listedInstance } from './ec2-list-instances.ts';
import { readSettings } from './ec2-read-settings.ts';
import type { TenantReach } from './tenant-reach.ts';

/** As many as EC2 gives at once. */
const PAGE = 1_000;

export const createEc2Instances = (reach: TenantReach): TenantInstances => ({
  async list() {
    return (await findInstances(reach, { MaxResults: PAGE })).map(listedInstance);
  },
  async describe(instanceId) {
    const [instance] = await findInstances(reach, { InstanceIds: [instanceId] });
    return instance && describedInstance(reach, instance);
  },
  async describeWhole(instanceId) {
    const [instance] = await findInstances(reach, { InstanceIds: [instanceId] });
    if (!instance) return undefined;
    const [{ configuration, ...rest }, settings] = await Promise.all([
      describedInstance(reach, instance),
      readSettings(reach, instance),
    ]);
    return { ...rest, configuration: { ...configuration, settings } };
  },
  launch: createEc2Launch(reach),
  change: changeInstance(reach),
  stop: stopInstance(reach),
  start: startInstance(reach),
  async terminate(instanceId) {
    const terminate = () =>
      reach.call('ec2:TerminateInstances', () =>
        reach.ec2.send(new TerminateInstancesCommand({ InstanceIds: [instanceId] })),
      );
    try {
      await terminate();
    } catch (error) {
      if (NO_INSTANCE.has(awsName(error))) return;
      if (awsName(error) !== 'OperationNotPermitted') throw error;
      await changeInstance(reach)(instanceId, { terminationProtection: false, stopProtection: false });
      await terminate();
    }
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
