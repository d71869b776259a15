/** What can be tried of EC2 without doing it, and which permissions each try needs if it succeeds. */
import {
  CopySnapshotCommand,
  CreateSnapshotsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSecurityGroupVpcAssociationsCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  type EC2Client,
  GetInstanceUefiDataCommand,
  type Instance,
  ModifyInstanceAttributeCommand,
  RegisterImageCommand,
  RunInstancesCommand,
  type Snapshot,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { TAG } from '../../core/domain/effect.ts';
import { JOB_OF_CHECK } from '../../core/domain/permissions.ts';
import { tagSpecifications } from './ec2-tags.ts';

/** One access that EC2 decides: the resource's kind, its id (`*`: one that would be made), and what has to be true. */
export interface Needed {
  readonly action: string;
  readonly kind: string;
  readonly id: string;
  readonly context: Readonly<Record<string, string>>;
}

export interface DryRun {
  readonly needs: readonly Needed[];
  run(ec2: EC2Client): Promise<unknown>;
}

/** What the account has to try on: any instance, and a snapshot that one of our jobs has made. */
interface Subjects {
  readonly region: string;
  readonly instance: Instance | undefined;
  readonly snapshot: Snapshot | undefined;
}

const DryRun = true;
const tags = { [TAG.job]: JOB_OF_CHECK };
const TAGGED_SO = { [`aws:RequestTag/${TAG.job}`]: JOB_OF_CHECK };
const OURS = { [`aws:ResourceTag/${TAG.job}`]: JOB_OF_CHECK };

const needed = (action: string, kind: string, id: string, context: Needed['context'] = {}): Needed => ({
  action: `ec2:${action}`,
  kind,
  id,
  context,
});
const tagging = (creating: string, kind: string): Needed =>
  needed('CreateTags', kind, '*', { 'ec2:CreateAction': creating });

const list = (action: string, run: DryRun['run']): DryRun => ({ needs: [needed(action, '', '*')], run });

const describes: readonly DryRun[] = [
  list('DescribeAvailabilityZones', (ec2) => ec2.send(new DescribeAvailabilityZonesCommand({ DryRun }))),
  list('DescribeImages', (ec2) => ec2.send(new DescribeImagesCommand({ DryRun, Owners: ['self'] }))),
  list('DescribeInstances', (ec2) => ec2.send(new DescribeInstancesCommand({ DryRun }))),
  list('DescribeInstanceTypeOfferings', (ec2) => ec2.send(new DescribeInstanceTypeOfferingsCommand({ DryRun }))),
  list('DescribeInstanceTypes', (ec2) => ec2.send(new DescribeInstanceTypesCommand({ DryRun }))),
  list('DescribeKeyPairs', (ec2) => ec2.send(new DescribeKeyPairsCommand({ DryRun }))),
  list('DescribeSecurityGroups', (ec2) => ec2.send(new DescribeSecurityGroupsCommand({ DryRun }))),
  list('DescribeSecurityGroupVpcAssociations', (ec2) =>
    ec2.send(new DescribeSecurityGroupVpcAssociationsCommand({ DryRun })),
  ),
  list('DescribeSnapshots', (ec2) => ec2.send(new DescribeSnapshotsCommand({ DryRun, OwnerIds: ['self'] }))),
  list('DescribeSubnets', (ec2) => ec2.send(new DescribeSubnetsCommand({ DryRun }))),
  list('DescribeVolumes', (ec2) => ec2.send(new DescribeVolumesCommand({ DryRun }))),
];

const onInstance = ({ InstanceId = '', BlockDeviceMappings = [], ...instance }: Instance): readonly DryRun[] => {
  const InstanceIds = [InstanceId];
  const change = (action: string): Needed[] => [needed(action, 'instance', InstanceId)];
  return [
    {
      needs: [
        needed('CreateSnapshots', 'instance', InstanceId),
        ...BlockDeviceMappings.map(({ Ebs }) => needed('CreateSnapshots', 'volume', Ebs?.VolumeId ?? '')),
        needed('CreateSnapshots', 'snapshot', '*', TAGGED_SO),
        tagging('CreateSnapshots', 'snapshot'),
      ],
      run: (ec2) =>
        ec2.send(
          new CreateSnapshotsCommand({
            DryRun,
            InstanceSpecification: { InstanceId },
            TagSpecifications: tagSpecifications({ snapshot: tags }),
          }),
        ),
    },
    {
      needs: [needed('DescribeInstanceAttribute', '', '*')],
      run: (ec2) => ec2.send(new DescribeInstanceAttributeCommand({ DryRun, InstanceId, Attribute: 'userData' })),
    },
    {
      needs: [needed('DescribeInstanceCreditSpecifications', '', '*')],
      run: (ec2) => ec2.send(new DescribeInstanceCreditSpecificationsCommand({ DryRun, InstanceIds })),
    },
    {
      needs: [needed('GetInstanceUefiData', '', '*')],
      run: (ec2) => ec2.send(new GetInstanceUefiDataCommand({ DryRun, InstanceId })),
    },
    { needs: change('StartInstances'), run: (ec2) => ec2.send(new StartInstancesCommand({ DryRun, InstanceIds })) },
    { needs: change('StopInstances'), run: (ec2) => ec2.send(new StopInstancesCommand({ DryRun, InstanceIds })) },
    ...BlockDeviceMappings.slice(0, 1).flatMap(({ DeviceName, Ebs }): DryRun[] => [
      {
        needs: change('ModifyInstanceAttribute'),
        run: (ec2) =>
          ec2.send(
            new ModifyInstanceAttributeCommand({
              DryRun,
              InstanceId,
              BlockDeviceMappings: [{ DeviceName, Ebs: { DeleteOnTermination: Ebs?.DeleteOnTermination } }],
            }),
          ),
      },
      {
        needs: [...change('DetachVolume'), needed('DetachVolume', 'volume', Ebs?.VolumeId ?? '')],
        run: (ec2) => ec2.send(new DetachVolumeCommand({ DryRun, VolumeId: Ebs?.VolumeId, InstanceId })),
      },
    ]),
    {
      needs: [
        needed('RunInstances', 'instance', '*', TAGGED_SO),
        needed('RunInstances', 'volume', '*', TAGGED_SO),
        needed('RunInstances', 'image', instance.ImageId ?? ''),
        needed('RunInstances', 'network-interface', '*'),
        needed('RunInstances', 'subnet', instance.SubnetId ?? ''),
        ...(instance.SecurityGroups ?? []).map(({ GroupId }) =>
          needed('RunInstances', 'security-group', GroupId ?? ''),
        ),
        tagging('RunInstances', 'instance'),
        tagging('RunInstances', 'volume'),
      ],
      run: (ec2) =>
        ec2.send(
          new RunInstancesCommand({
            DryRun,
            MinCount: 1,
            MaxCount: 1,
            ImageId: instance.ImageId,
            InstanceType: instance.InstanceType,
            SubnetId: instance.SubnetId,
            SecurityGroupIds: instance.SecurityGroups?.map(({ GroupId = '' }) => GroupId),
            TagSpecifications: tagSpecifications({ instance: tags, volume: tags }),
          }),
        ),
    },
  ];
};

const onSnapshot = (SnapshotId: string, region: string, AvailabilityZone: string | undefined): readonly DryRun[] => [
  {
    needs: [
      needed('CopySnapshot', 'snapshot', SnapshotId, OURS),
      needed('CopySnapshot', 'snapshot', '*', TAGGED_SO),
      tagging('CopySnapshot', 'snapshot'),
    ],
    run: (ec2) =>
      ec2.send(
        new CopySnapshotCommand({
          DryRun,
          SourceRegion: region,
          SourceSnapshotId: SnapshotId,
          TagSpecifications: tagSpecifications({ snapshot: tags }),
        }),
      ),
  },
  {
    needs: [needed('DeleteSnapshot', 'snapshot', SnapshotId, OURS)],
    run: (ec2) => ec2.send(new DeleteSnapshotCommand({ DryRun, SnapshotId })),
  },
  {
    needs: [
      needed('RegisterImage', 'image', '*', TAGGED_SO),
      needed('RegisterImage', 'snapshot', SnapshotId, OURS),
      tagging('RegisterImage', 'image'),
    ],
    run: (ec2) =>
      ec2.send(
        new RegisterImageCommand({
          DryRun,
          Name: JOB_OF_CHECK,
          Architecture: 'x86_64',
          VirtualizationType: 'hvm',
          RootDeviceName: '/dev/xvda',
          BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
          TagSpecifications: tagSpecifications({ image: tags }),
        }),
      ),
  },
  ...(AvailabilityZone === undefined
    ? []
    : [
        {
          needs: [
            needed('CreateVolume', 'volume', '*', TAGGED_SO),
            needed('CreateVolume', 'snapshot', SnapshotId, OURS),
            tagging('CreateVolume', 'volume'),
          ],
          run: (ec2: EC2Client) =>
            ec2.send(
              new CreateVolumeCommand({
                DryRun,
                AvailabilityZone,
                SnapshotId,
                VolumeType: 'gp3',
                TagSpecifications: tagSpecifications({ volume: tags }),
              }),
            ),
        },
      ]),
];

export const dryRunsOn = ({ region, instance, snapshot }: Subjects): readonly DryRun[] => [
  ...describes,
  ...(instance?.InstanceId ? onInstance(instance) : []),
  ...(snapshot?.SnapshotId ? onSnapshot(snapshot.SnapshotId, region, instance?.Placement?.AvailabilityZone) : []),
];
