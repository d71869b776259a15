import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import { making, on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { grantToAws, newEncryption } from './encryption.ts';
import { usableSnapshot } from './find.ts';
import type { Encryption, Snapshot } from './records.ts';
import { bool, tagSpecifications, text } from './schema.ts';
import { tagSet, tagsFor } from './tags.ts';

/** Called in the destination region. A copy has no tags but those asked for, and a lineage of its own. */
export const copySnapshot = (ec2: Ec2) =>
  ec2Operation({
    name: 'CopySnapshot',
    input: {
      SourceRegion: text,
      SourceSnapshotId: text,
      Description: text.optional(),
      DestinationRegion: text.optional(),
      Encrypted: bool.optional(),
      KmsKeyId: text.optional(),
      PresignedUrl: text.optional(),
      TagSpecification: tagSpecifications.optional(),
    },
    access(input, call) {
      const source = usableSnapshot(ec2, { ...call, region: input.SourceRegion }, input.SourceSnapshotId);
      return [
        on('CopySnapshot', { ...call, region: input.SourceRegion }, source),
        ...making('CopySnapshot', call, 'snapshot', tagsFor(input.TagSpecification, 'snapshot'), {
          'ec2:Owner': call.accountId,
          'ec2:SnapshotID': source.id,
          'ec2:OutpostArn': [],
        }),
      ];
    },
    async run(input, call) {
      if (input.DestinationRegion !== undefined && input.DestinationRegion !== call.region)
        throw new AwsError('InvalidParameterValue', `DestinationRegion must be ${call.region}`);
      const source = usableSnapshot(ec2, { ...call, region: input.SourceRegion }, input.SourceSnapshotId);
      if (source.state !== 'completed')
        throw new AwsError('IncorrectState', `Snapshot '${source.id}' is not in the 'completed' state.`);
      if (source.accountId !== call.accountId && source.encryption?.isDefaultKey)
        throw new AwsError('InvalidParameterValue', `Snapshot '${source.id}' is encrypted with the default key`);
      if (input.KmsKeyId !== undefined && !input.Encrypted && !source.encryption)
        throw new AwsError('InvalidParameterDependency', 'KmsKeyId requires Encrypted.');
      const { concurrentCopiesPerRegion, snapshotCompletionMs } = ec2.settings;
      const copying = [...ec2.snapshots.in(call.accountId, call.region)].filter(
        ({ state, origin }) => state === 'pending' && origin === 'copy',
      );
      if (copying.length >= concurrentCopiesPerRegion) {
        const what = `Too many snapshot copies in progress. The limit is ${concurrentCopiesPerRegion} for this destination`;
        throw new AwsError('ResourceLimitExceeded', what);
      }
      const id = ec2.newId('snap');
      const key = await copyKey(ec2, call, id, source, input);
      const tags = tagsFor(input.TagSpecification, 'snapshot');
      ec2.storage.manifests.retain(source.manifest, id);
      ec2.snapshots.put({
        id,
        accountId: call.accountId,
        region: call.region,
        volumeId: ec2.settings.volumeOfCopies,
        sizeGiB: source.sizeGiB,
        state: 'pending',
        completesAt: ec2.now + snapshotCompletionMs,
        description: input.Description ?? `[Copied ${source.id} from ${input.SourceRegion}]`,
        ...(key.encryption && { encryption: key.encryption }),
        ...(key.failed && { stateMessage: 'Given key ID is not accessible' }),
        sharedWith: [],
        isPublic: false,
        lineage: ec2.newId('lineage'),
        manifest: source.manifest,
        ...(source.licence && { licence: source.licence }),
        origin: 'copy',
        freezing: false,
        tags,
        createdAt: ec2.now,
      });
      ec2.transitions.after(snapshotCompletionMs, key.failed ? 'snapshot-failed' : 'snapshot-completed', id);
      return { snapshotId: id, tagSet: tagSet(tags) };
    },
  });

/** A copy is encrypted if the source is, or if asked for; under the caller's default key unless another is named. */
const copyKey = async (
  ec2: Ec2,
  call: Call,
  id: string,
  source: Snapshot,
  input: { Encrypted?: boolean | undefined; KmsKeyId?: string | undefined },
): Promise<{ encryption?: Encryption; failed: boolean }> => {
  if (!input.Encrypted && !source.encryption) return { failed: false };
  try {
    const encryption = await newEncryption(ec2, call, id, input.KmsKeyId ?? 'alias/aws/ebs', source.encryption);
    await grantToAws(ec2, call, encryption, id);
    return { encryption, failed: false };
  } catch (error) {
    // As on AWS, a key that can't be used shows only when the copy has failed.
    if (error instanceof AwsError) return { failed: true };
    throw error;
  }
};
