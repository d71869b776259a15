/** What launches access nodes. By the SDK, which knows EC2's and Auto Scaling's own names for the template's lists. */
import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  type CreateAutoScalingGroupCommandInput,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  type CreateLaunchTemplateCommandInput,
  CreateLaunchTemplateVersionCommand,
  EC2Client,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import type { Maker, Stack } from './stack.ts';

const asRoot = ({ cloud, place }: Stack) => ({
  endpoint: cloud.endpoint,
  region: place.region,
  credentials: cloud.admin.rootAccessKey(place.accountId),
});

/** CloudFormation leaves what has not changed, whatever somebody else has made of it since. */
const unlessTheSame =
  (make: Maker): Maker =>
  async (stack, properties, before) => {
    const asked = JSON.stringify(properties);
    if (before?.attributes.asked === asked) return before;
    const { ref, attributes } = await make(stack, properties, before);
    return { ref, attributes: { ...attributes, asked } };
  };

export const launchTemplate: Maker = unlessTheSame(async (stack, properties, before) => {
  const client = new EC2Client(asRoot(stack));
  const input = {
    LaunchTemplateName: String(properties.LaunchTemplateName),
    LaunchTemplateData: properties.LaunchTemplateData as RequestLaunchTemplateData,
  };
  try {
    if (before) {
      const { LaunchTemplateVersion } = await client.send(new CreateLaunchTemplateVersionCommand(input));
      return { ref: before.ref, attributes: { LatestVersionNumber: String(LaunchTemplateVersion?.VersionNumber) } };
    }
    const { LaunchTemplate } = await client.send(
      new CreateLaunchTemplateCommand({
        ...input,
        TagSpecifications: properties.TagSpecifications as CreateLaunchTemplateCommandInput['TagSpecifications'],
      }),
    );
    return { ref: String(LaunchTemplate?.LaunchTemplateId), attributes: { LatestVersionNumber: '1' } };
  } finally {
    client.destroy();
  }
});

export const autoScalingGroup: Maker = unlessTheSame(async (stack, properties, before) => {
  const client = new AutoScalingClient(asRoot(stack));
  const { MinSize, MaxSize, Tags, VPCZoneIdentifier, ...rest } = properties;
  const settings = {
    ...(rest as Pick<CreateAutoScalingGroupCommandInput, 'AutoScalingGroupName'>),
    MinSize: Number(MinSize),
    MaxSize: Number(MaxSize),
    ...(Array.isArray(VPCZoneIdentifier) ? { VPCZoneIdentifier: VPCZoneIdentifier.join(',') } : {}),
  };
  try {
    if (before) await client.send(new UpdateAutoScalingGroupCommand(settings));
    else
      await client.send(
        new CreateAutoScalingGroupCommand({ ...settings, Tags: Tags as CreateAutoScalingGroupCommandInput['Tags'] }),
      );
    return { ref: String(properties.AutoScalingGroupName), attributes: {} };
  } finally {
    client.destroy();
  }
});
