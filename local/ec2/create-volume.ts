import { AwsError } from '../kernel/errors.ts';
import { making, on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { usableSnapshot } from './find.ts';
import { makeVolume, prepareVolume } from './make-volume.ts';
import { madeBefore, requestHash } from './once.ts';
import { volumeXml } from './render.ts';
import { bool, int, tagSpecifications, text } from './schema.ts';
import { tagsFor } from './tags.ts';
import { zoneById, zonesOf } from './zones.ts';

export const createVolume = (ec2: Ec2) =>
  ec2Operation({
    name: 'CreateVolume',
    input: {
      AvailabilityZone: text.optional(),
      AvailabilityZoneId: text.optional(),
      Encrypted: bool.optional(),
      Iops: int.optional(),
      KmsKeyId: text.optional(),
      Size: int.optional(),
      SnapshotId: text.optional(),
      VolumeType: text.optional(),
      TagSpecification: tagSpecifications.optional(),
      Throughput: int.optional(),
      ClientToken: text.optional(),
      // Off is what every volume is; on is not known here.
      MultiAttachEnabled: bool.refine((on) => !on, 'multi-attach is not known here').optional(),
    },
    access(input, call) {
      const snapshot = input.SnapshotId ? usableSnapshot(ec2, call, input.SnapshotId) : undefined;
      const size = input.Size ?? snapshot?.sizeGiB;
      const accesses = making('CreateVolume', call, 'volume', tagsFor(input.TagSpecification, 'volume'), {
        'ec2:AvailabilityZone': input.AvailabilityZone ?? zoneById(call.region, input.AvailabilityZoneId) ?? [],
        'ec2:Encrypted': String(input.Encrypted ?? snapshot?.encryption !== undefined),
        'ec2:KmsKeyId': input.KmsKeyId ?? [],
        'ec2:ParentSnapshot': input.SnapshotId ? `arn:aws:ec2:${call.region}::snapshot/${input.SnapshotId}` : [],
        'ec2:VolumeIops': input.Iops === undefined ? [] : String(input.Iops),
        'ec2:VolumeSize': size === undefined ? [] : String(size),
        'ec2:VolumeThroughput': input.Throughput === undefined ? [] : String(input.Throughput),
        'ec2:VolumeType': input.VolumeType ?? 'gp2',
      });
      return snapshot ? [...accesses, on('CreateVolume', call, snapshot)] : accesses;
    },
    async run(input, call) {
      const zone = input.AvailabilityZone ?? zoneById(call.region, input.AvailabilityZoneId);
      if (zone === undefined)
        throw new AwsError('MissingParameter', 'The request must contain the parameter AvailabilityZone');
      if (!zonesOf(call.region).some(({ name }) => name === zone))
        throw new AwsError('InvalidZone.NotFound', `The zone '${zone}' does not exist.`);
      const request = requestHash(input);
      const madeAlready = () => madeBefore(ec2.volumes.in(call.accountId, call.region), input.ClientToken, request);
      const before = madeAlready();
      if (before) return volumeXml(before);
      const volume = await prepareVolume(ec2, call, {
        id: ec2.newId('vol'),
        zone,
        snapshot: input.SnapshotId ? usableSnapshot(ec2, call, input.SnapshotId) : undefined,
        sizeGiB: input.Size,
        volumeType: input.VolumeType,
        iops: input.Iops,
        throughput: input.Throughput,
        encrypted: input.Encrypted,
        kmsKeyId: input.KmsKeyId,
        tags: tagsFor(input.TagSpecification, 'volume'),
        clientToken: input.ClientToken,
        request,
      });
      // Another call with this token may have been quicker.
      const meanwhile = madeAlready();
      if (meanwhile) return volumeXml(meanwhile);
      makeVolume(ec2, volume);
      return volumeXml({ ...volume, state: 'creating' });
    },
  });
