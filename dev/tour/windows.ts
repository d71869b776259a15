import { RunInstancesCommand, waitUntilInstanceRunning } from '@aws-sdk/client-ec2';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { instanceOf, work } from './instances.ts';
import { shared, type TourTenant } from './tenant.ts';
import type { Tour } from './world.ts';

const PROFILE = 'windows-with-vss';

/** With the role that AWS's guide to VSS asks for: the Systems Manager agent takes the snapshots itself. */
const makeProfile = async (tour: Tour, { accountId }: TourTenant): Promise<void> => {
  const allowed = {
    Effect: 'Allow',
    Action: ['ec2:CreateSnapshots', 'ec2:CreateTags', 'ec2:Describe*'],
    Resource: '*',
  };
  tour.local.cloud.admin.putRole({
    accountId,
    name: PROFILE,
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    policies: { vss: { Version: '2012-10-17', Statement: [allowed as never] } },
  });
  await tour.aws('iam', 'CreateInstanceProfile', { InstanceProfileName: PROFILE }, accountId);
  await tour.aws('iam', 'AddRoleToInstanceProfile', { InstanceProfileName: PROFILE, RoleName: PROFILE }, accountId);
};

/** A running Windows instance with data on its root volume, and a Systems Manager agent that can do VSS. */
export const windowsInstance = (tour: Tour, tenant: TourTenant): Promise<string> =>
  shared(tenant, 'Windows', async () => {
    await makeProfile(tour, tenant);
    // not `iam:PassRole` of the tenant's user: its administrator launches it
    const { Instances = [] } = await tour.adminEc2(tenant.accountId).send(
      new RunInstancesCommand({
        ImageId: SEED_IMAGES.windows,
        InstanceType: 'm6i.large',
        MinCount: 1,
        MaxCount: 1,
        IamInstanceProfile: { Name: PROFILE },
        TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'windows' }] }],
      }),
    );
    const instanceId = Instances[0]?.InstanceId ?? '';
    const patience = { client: tenant.ec2, minDelay: 1, maxDelay: 1, maxWaitTime: 60 };
    await waitUntilInstanceRunning(patience, { InstanceIds: [instanceId] });
    const { BlockDeviceMappings = [] } = await instanceOf(tenant, instanceId);
    for (const { Ebs } of BlockDeviceMappings) await work(tour, Ebs?.VolumeId ?? '', 2);
    return instanceId;
  });
