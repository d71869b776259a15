import { openInstanceProfiles } from '../iam/instance-profiles.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Principal } from '../kernel/service.ts';
import { type Ending, failed } from './ending.ts';
import type { Invocation } from './records.ts';
import type { Ssm } from './ssm.ts';

/** Tags that the document sets itself. Naming one of them in `tags` is an error. */
const RESERVED = ['AppConsistent', 'AwsVssConfig', 'Device'];

/** Of the AwsVssComponents package that the local guests are taken to have. */
const COMPONENTS_VERSION = '2.5.0';

interface Tag {
  readonly Key: string;
  readonly Value: string;
}

interface AttributeAnswer {
  readonly blockDeviceMapping: { readonly item: readonly { deviceName: string; ebs: { volumeId: string } }[] };
}

interface SnapshotsAnswer {
  readonly snapshotSet: { readonly item: readonly { snapshotId: string; volumeId: string }[] };
}

/**
 * What `AWSEC2-CreateVssSnapshot` does on a Windows guest, with the instance profile's permissions: freeze, take
 * crash-consistent snapshots marked `AwsVssConfig`, thaw; and only when the writers say that it went well, tag them
 * `AppConsistent` and with their device. AWSEC2VssSnapshotPolicy is enough for it.
 * Undefined if it never ends.
 */
export const createVssSnapshot = async (ssm: Ssm, invocation: Invocation): Promise<Ending | undefined> => {
  const { instanceId, region, parameters } = invocation;
  const { vss } = ssm.guest(instanceId);
  if (vss === 'missing') return failed('AwsVssComponents is not installed on this instance.');
  if (parameters.CreateAmi?.[0] === 'True')
    return failed('The local cloud has no CreateImage: CreateAmi must be False.');
  const wished = readTags(parameters.tags?.[0] ?? '');
  if (wished === undefined) return failed('The tags must be given as Key=...,Value=... separated by semicolons.');
  const reserved = wished.find(({ Key }) => RESERVED.includes(Key));
  if (reserved) return failed(`The tag key ${reserved.Key} is reserved.`);
  const lines: string[] = [];
  try {
    const agent = await instanceSession(ssm, instanceId);
    const ec2 = (action: string, input: unknown) => ssm.kernel.call(agent, region, 'ec2', action, input);
    const attribute = await ec2('DescribeInstanceAttribute', {
      InstanceId: instanceId,
      Attribute: 'blockDeviceMapping',
    });
    if (vss === 'freeze-fails') return failed('The VSS writers could not be frozen within 10 seconds.');
    const tags = [
      ...(wished.some(({ Key }) => Key === 'Name') ? [] : [{ Key: 'Name', Value: '' }]),
      ...wished,
      { Key: 'AwsVssConfig', Value: vssConfig(parameters) },
    ];
    const taken = (await ec2('CreateSnapshots', {
      InstanceSpecification: {
        InstanceId: instanceId,
        ExcludeBootVolume: String(parameters.ExcludeBootVolume?.[0] === 'True'),
      },
      ...(parameters.description?.[0] && { Description: parameters.description[0] }),
      TagSpecification: [{ ResourceType: 'snapshot', Tag: tags }],
    })) as SnapshotsAnswer;
    const snapshots = taken.snapshotSet.item;
    for (const { snapshotId, volumeId } of snapshots) lines.push(`${volumeId} ${snapshotId}`);
    if (vss === 'thaw-hangs') return undefined;
    if (vss === 'thaw-fails')
      return {
        ...failed('The VSS writers were not thawed in time: the snapshots are not consistent.'),
        stdout: lines.join('\n'),
      };
    const devices = new Map(
      (attribute as AttributeAnswer).blockDeviceMapping.item.map(({ deviceName, ebs }) => [ebs.volumeId, deviceName]),
    );
    for (const { snapshotId, volumeId } of snapshots) {
      const Tag = [
        { Key: 'AppConsistent', Value: 'True' },
        { Key: 'Device', Value: devices.get(volumeId) ?? '' },
      ];
      await ec2('CreateTags', { ResourceId: [snapshotId], Tag });
    }
    return { status: 'Success', responseCode: 0, stdout: lines.join('\n'), stderr: '' };
  } catch (error) {
    // What the guest's own calls were answered is what the command says.
    if (error instanceof AwsError) return { ...failed(`${error.code}: ${error.message}`), stdout: lines.join('\n') };
    throw error;
  }
};

/** The credentials that processes on the instance have. Throws AwsError if there are none. */
const instanceSession = async (ssm: Ssm, instanceId: string): Promise<Principal> => {
  const instance = ssm.instance(instanceId);
  if (!instance?.profileArn) throw new AwsError('NoCredentials', `Instance ${instanceId} has no instance profile.`);
  const roleArn = openInstanceProfiles(ssm.kernel.store).roleArnOf(instance.profileArn);
  if (roleArn === undefined) throw new AwsError('NoCredentials', `${instance.profileArn} holds no role.`);
  const session = await ssm.kernel.serviceSession('ec2.amazonaws.com', roleArn, instanceId);
  return { ...session, sourceArn: `arn:aws:ec2:${instance.region}:${instance.accountId}:instance/${instanceId}` };
};

/** `Key=Environment,Value=Test;Key=User,Value=TestUser1`; undefined if it can't be read. */
const readTags = (text: string): Tag[] | undefined => {
  const tags: Tag[] = [];
  for (const part of text.split(';').filter((one) => one.trim() !== '')) {
    const [, Key, Value] = /^\s*Key=([^,;]+?)\s*,\s*Value=([^;]*)$/.exec(part) ?? [];
    if (Key === undefined || Value === undefined) return undefined;
    tags.push({ Key, Value });
  }
  return tags;
};

const vssConfig = (parameters: Invocation['parameters']): string => {
  const flags = ['ExcludeBootVolume', 'CopyOnly', 'NoWriters'].map(
    (name) => `${name}=${parameters[name]?.[0] ?? 'False'}`,
  );
  return [`VssVersion=${COMPONENTS_VERSION}`, ...flags].join(', ');
};
