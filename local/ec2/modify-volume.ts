import { GIB } from '../block-storage/block-size.ts';
import { AwsError } from '../kernel/errors.ts';
import { on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownVolume } from './find.ts';
import { iso } from './render.ts';
import { int, text } from './schema.ts';
import { checkVolumeKind } from './volume-kinds.ts';

/** Takes effect at once; AWS's `modifying` and `optimizing` are passed over. */
export const modifyVolume = (ec2: Ec2) =>
  ec2Operation({
    name: 'ModifyVolume',
    input: {
      VolumeId: text,
      Size: int.optional(),
      VolumeType: text.optional(),
      Iops: int.optional(),
      Throughput: int.optional(),
    },
    access: ({ VolumeId }, call) => [on('ModifyVolume', call, ownVolume(ec2, call, VolumeId))],
    run(input, call) {
      const volume = ownVolume(ec2, call, input.VolumeId);
      if ((volume.state !== 'available' && volume.state !== 'in-use') || volume.filling)
        throw new AwsError('IncorrectState', `Volume ${volume.id} cannot be modified in state ${volume.state}`);
      const sizeGiB = input.Size ?? volume.sizeGiB;
      if (sizeGiB < volume.sizeGiB)
        throw new AwsError('InvalidParameterValue', 'New size cannot be smaller than existing size');
      const sameType = (input.VolumeType ?? volume.volumeType) === volume.volumeType && volume.volumeType !== 'gp2';
      const kind = checkVolumeKind({
        sizeGiB,
        volumeType: input.VolumeType ?? volume.volumeType,
        iops: input.Iops ?? (sameType ? volume.iops : undefined),
        throughput: input.Throughput ?? (sameType ? volume.throughput : undefined),
      });
      if (sizeGiB > volume.sizeGiB) ec2.storage.volumes.grow(volume.id, sizeGiB * GIB);
      ec2.volumes.change(volume.id, { sizeGiB, ...kind });
      return {
        volumeModification: {
          volumeId: volume.id,
          modificationState: 'completed',
          targetSize: sizeGiB,
          targetVolumeType: kind.volumeType,
          targetIops: kind.iops,
          targetThroughput: kind.throughput,
          originalSize: volume.sizeGiB,
          originalVolumeType: volume.volumeType,
          originalIops: volume.iops,
          originalThroughput: volume.throughput,
          progress: 100,
          startTime: iso(ec2.now),
          endTime: iso(ec2.now),
        },
      };
    },
  });
