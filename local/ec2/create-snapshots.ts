import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import { making, on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownInstance, volumesOf } from './find.ts';
import { checkSnapshotable, makeSnapshot } from './make-snapshot.ts';
import type { Volume } from './records.ts';
import { snapshotInfoXml } from './render.ts';
import { bool, tagSpecifications, text, texts } from './schema.ts';
import { checkCount, type Tags, tagsFor } from './tags.ts';

const instanceSpecification = z.strictObject({
  InstanceId: text,
  ExcludeBootVolume: bool.optional(),
  ExcludeDataVolumeId: texts.optional(),
});

/** Crash-consistent over an instance's volumes: no write asked for later is in any, or all fails. */
export const createSnapshots = (ec2: Ec2) =>
  ec2Operation({
    name: 'CreateSnapshots',
    input: {
      InstanceSpecification: instanceSpecification,
      Description: text.optional(),
      TagSpecification: tagSpecifications.optional(),
      CopyTagsFromSource: z.literal('volume').optional(),
    },
    access(input, call) {
      const instance = ownInstance(ec2, call, input.InstanceSpecification.InstanceId);
      const wished = tagsFor(input.TagSpecification, 'snapshot');
      return [
        on('CreateSnapshots', call, instance),
        ...chosenVolumes(ec2, call, input.InstanceSpecification).flatMap((volume) => [
          on('CreateSnapshots', call, volume),
          ...making('CreateSnapshots', call, 'snapshot', tagsOf(volume, input.CopyTagsFromSource, wished), {
            'ec2:ParentVolume': `arn:aws:ec2:${call.region}:${call.accountId}:volume/${volume.id}`,
            'ec2:Encrypted': String(volume.encryption !== undefined),
            'ec2:VolumeSize': String(volume.sizeGiB),
            'ec2:Owner': call.accountId,
            'ec2:Location': 'regional',
            'ec2:SourceOutpostArn': [],
            'ec2:OutpostArn': [],
          }),
        ]),
      ];
    },
    run(input, call) {
      const volumes = chosenVolumes(ec2, call, input.InstanceSpecification);
      const wished = tagsFor(input.TagSpecification, 'snapshot');
      const tags = volumes.map((volume) => checkCount(tagsOf(volume, input.CopyTagsFromSource, wished)));
      checkSnapshotable(ec2, call, volumes);
      // All in this tick: one instant.
      const snapshots = volumes.map((volume, i) =>
        makeSnapshot(ec2, call, volume, input.Description ?? '', tags[i] ?? {}),
      );
      return { snapshotSet: { item: snapshots.map((snapshot) => snapshotInfoXml(snapshot, ec2.now)) } };
    },
  });

/** The volume's tags, `aws:` tags left out, below the wished ones. */
const tagsOf = (volume: Volume, copy: 'volume' | undefined, wished: Tags): Tags => {
  if (!copy) return wished;
  const own = Object.entries(volume.tags).filter(([key]) => !key.startsWith('aws:'));
  return { ...Object.fromEntries(own), ...wished };
};

const chosenVolumes = (ec2: Ec2, call: Call, wish: z.output<typeof instanceSpecification>): Volume[] => {
  const instance = ownInstance(ec2, call, wish.InstanceId);
  if (instance.state === 'terminated' || instance.state === 'shutting-down' || instance.state === 'pending') {
    throw new AwsError('IncorrectInstanceState', `The instance '${instance.id}' is not in a valid state.`);
  }
  const attached = volumesOf(ec2, instance);
  const isRoot = (volume: Volume) => volume.attachment?.device === instance.rootDeviceName;
  const excluded = new Set(wish.ExcludeDataVolumeId);
  for (const id of excluded) {
    const volume = attached.find((other) => other.id === id);
    if (volume && !isRoot(volume)) continue;
    throw new AwsError(
      'InvalidParameterValue',
      `The volume '${id}' is not a data volume of instance '${instance.id}'.`,
    );
  }
  const chosen = attached.filter((volume) => !(wish.ExcludeBootVolume && isRoot(volume)) && !excluded.has(volume.id));
  if (chosen.length > 0) return chosen;
  throw new AwsError('InvalidParameterCombination', 'No volumes are left to snapshot.');
};
