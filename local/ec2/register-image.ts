import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import { making, on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { usableSnapshot } from './find.ts';
import type { ImageMapping, Snapshot } from './records.ts';
import { type BlockDeviceMappings, blockDeviceMappings, bool, tagSpecifications, text } from './schema.ts';
import { tagsFor } from './tags.ts';

export const registerImage = (ec2: Ec2) =>
  ec2Operation({
    name: 'RegisterImage',
    input: {
      Name: text.min(3).max(128),
      Description: text.optional(),
      // i386 is EC2's default, and a trap.
      Architecture: z.enum(['i386', 'x86_64', 'arm64', 'x86_64_mac', 'arm64_mac']).default('i386'),
      RootDeviceName: text.optional(),
      BlockDeviceMapping: blockDeviceMappings.optional(),
      VirtualizationType: z.enum(['hvm', 'paravirtual']).default('paravirtual'),
      BootMode: z.enum(['legacy-bios', 'uefi', 'uefi-preferred']).optional(),
      EnaSupport: bool.default(false),
      SriovNetSupport: z.literal('simple').optional(),
      TpmSupport: z.literal('v2.0').optional(),
      ImdsSupport: z.literal('v2.0').optional(),
      UefiData: text.optional(),
      TagSpecification: tagSpecifications.optional(),
    },
    access: (input, call) => [
      ...making('RegisterImage', call, 'image', tagsFor(input.TagSpecification, 'image'), {
        'ec2:Owner': call.accountId,
        'ec2:RootDeviceType': 'ebs',
      }),
      ...snapshotsOf(ec2, call, input.BlockDeviceMapping).map((snapshot) => on('RegisterImage', call, snapshot)),
    ],
    run(input, call) {
      const mappings = readMappings(ec2, call, input.BlockDeviceMapping ?? []);
      const rootDeviceName = input.RootDeviceName ?? '';
      const root = mappings.find(({ deviceName }) => deviceName === rootDeviceName);
      if (!root?.ebs?.snapshotId) {
        const what = `No root snapshot specified in device mapping (root device ${rootDeviceName || 'not named'}).`;
        throw new AwsError('InvalidBlockDeviceMapping', what);
      }
      if (input.TpmSupport && input.BootMode !== 'uefi')
        throw new AwsError('InvalidParameterCombination', 'TpmSupport requires BootMode uefi.');
      const taken = [...ec2.images.in(call.accountId, call.region)].find(
        ({ name, state }) => name === input.Name && state !== 'deregistered',
      );
      if (taken) {
        const what = `AMI name ${input.Name} is already in use by AMI ${taken.id}`;
        throw new AwsError('InvalidAMIName.Duplicate', what);
      }
      // Licence billing comes from the root snapshot; one written through EBS direct has none.
      const licence = ec2.snapshots.get(root.ebs.snapshotId)?.licence;
      const id = ec2.newId('ami');
      ec2.images.put({
        id,
        accountId: call.accountId,
        region: call.region,
        name: input.Name,
        ...(input.Description !== undefined && { description: input.Description }),
        architecture: input.Architecture,
        rootDeviceName,
        mappings,
        virtualizationType: input.VirtualizationType,
        ...(input.BootMode && { bootMode: input.BootMode }),
        enaSupport: input.EnaSupport,
        ...(input.SriovNetSupport && { sriovNetSupport: input.SriovNetSupport }),
        ...(input.TpmSupport && { tpmSupport: input.TpmSupport }),
        ...(input.ImdsSupport && { imdsSupport: input.ImdsSupport }),
        ...(input.UefiData !== undefined && { uefiData: input.UefiData }),
        isPublic: false,
        licence: licence ?? { platformDetails: 'Linux/UNIX', usageOperation: 'RunInstances' },
        state: 'available',
        tags: tagsFor(input.TagSpecification, 'image'),
        createdAt: ec2.now,
      });
      return { imageId: id };
    },
  });

const snapshotsOf = (ec2: Ec2, call: Call, mappings: BlockDeviceMappings | undefined): Snapshot[] =>
  (mappings ?? []).flatMap(({ Ebs }) => (Ebs?.SnapshotId ? [usableSnapshot(ec2, call, Ebs.SnapshotId)] : []));

const readMappings = (ec2: Ec2, call: Call, wishes: BlockDeviceMappings): ImageMapping[] =>
  wishes.map(({ DeviceName, VirtualName, NoDevice, Ebs }) => {
    if (DeviceName === undefined) throw new AwsError('MissingParameter', 'A mapping must name its device.');
    if (NoDevice !== undefined)
      throw new AwsError('InvalidBlockDeviceMapping', 'NoDevice makes no sense in a new image.');
    if (!Ebs) return { deviceName: DeviceName, ...(VirtualName !== undefined && { virtualName: VirtualName }) };
    if (Ebs.KmsKeyId !== undefined || (Ebs.SnapshotId !== undefined && Ebs.Encrypted !== undefined)) {
      const what = 'The encryption of an image is that of its snapshots.';
      throw new AwsError('InvalidParameterCombination', what);
    }
    const snapshot = Ebs.SnapshotId === undefined ? undefined : usableSnapshot(ec2, call, Ebs.SnapshotId);
    if (snapshot && snapshot.state !== 'completed')
      throw new AwsError('InvalidSnapshot.IncorrectState', `Snapshot '${snapshot.id}' is not 'completed'.`);
    if (snapshot && snapshot.accountId !== call.accountId)
      throw new AwsError('AuthFailure', `Snapshot '${snapshot.id}' is not owned by account ${call.accountId}.`, 403);
    if (snapshot && Ebs.VolumeSize !== undefined && Ebs.VolumeSize < snapshot.sizeGiB) {
      const what = `Volume of size ${Ebs.VolumeSize}GB is smaller than snapshot '${snapshot.id}'`;
      throw new AwsError('InvalidBlockDeviceMapping', `${what}, expect size >= ${snapshot.sizeGiB}GB`);
    }
    return {
      deviceName: DeviceName,
      ebs: {
        ...(snapshot && { snapshotId: snapshot.id }),
        ...((Ebs.VolumeSize ?? snapshot?.sizeGiB) !== undefined && {
          sizeGiB: Ebs.VolumeSize ?? snapshot?.sizeGiB ?? 0,
        }),
        ...(Ebs.VolumeType !== undefined && { volumeType: Ebs.VolumeType }),
        ...(Ebs.Iops !== undefined && { iops: Ebs.Iops }),
        ...(Ebs.Throughput !== undefined && { throughput: Ebs.Throughput }),
        deleteOnTermination: Ebs.DeleteOnTermination ?? true,
        encrypted: snapshot ? snapshot.encryption !== undefined : (Ebs.Encrypted ?? false),
      },
    };
  });
