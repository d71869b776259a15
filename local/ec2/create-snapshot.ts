import { making, on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownVolume } from './find.ts';
import { checkSnapshotable, makeSnapshot } from './make-snapshot.ts';
import { snapshotXml } from './render.ts';
import { tagSpecifications, text } from './schema.ts';
import { tagsFor } from './tags.ts';

export const createSnapshot = (ec2: Ec2) =>
  ec2Operation({
    name: 'CreateSnapshot',
    input: { VolumeId: text, Description: text.optional(), TagSpecification: tagSpecifications.optional() },
    access(input, call) {
      const volume = ownVolume(ec2, call, input.VolumeId);
      return [
        on('CreateSnapshot', call, volume),
        ...making('CreateSnapshot', call, 'snapshot', tagsFor(input.TagSpecification, 'snapshot'), {
          'ec2:ParentVolume': `arn:aws:ec2:${call.region}:${call.accountId}:volume/${volume.id}`,
          'ec2:Encrypted': String(volume.encryption !== undefined),
          'ec2:VolumeSize': String(volume.sizeGiB),
          'ec2:Owner': call.accountId,
          'ec2:Location': 'regional',
          'ec2:SourceOutpostArn': [],
          'ec2:OutpostArn': [],
        }),
      ];
    },
    run(input, call) {
      const volume = ownVolume(ec2, call, input.VolumeId);
      checkSnapshotable(ec2, call, [volume]);
      const tags = tagsFor(input.TagSpecification, 'snapshot');
      return snapshotXml(makeSnapshot(ec2, call, volume, input.Description ?? '', tags), call.accountId, ec2.now);
    },
  });
