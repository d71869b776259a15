import { createHash } from 'node:crypto';
import { type EBSClient, GetSnapshotBlockCommand, paginateListSnapshotBlocks } from '@aws-sdk/client-ebs';

const ZERO = createHash('sha256').update(Buffer.alloc(524_288)).digest('hex');

/**
 * Index and SHA-256 of every block that is not zero, from the bytes that EBS direct delivers: equal for two snapshots
 * exactly if volumes made from them are the same, byte for byte.
 */
export const contentOf = async (ebs: EBSClient, snapshotId: string): Promise<[number, string][]> => {
  const content: [number, string][] = [];
  for await (const { Blocks = [] } of paginateListSnapshotBlocks({ client: ebs }, { SnapshotId: snapshotId })) {
    for (const { BlockIndex = -1, BlockToken } of Blocks) {
      const answer = await ebs.send(new GetSnapshotBlockCommand({ SnapshotId: snapshotId, BlockIndex, BlockToken }));
      const bytes = Buffer.from((await answer.BlockData?.transformToByteArray()) ?? []);
      const sha = createHash('sha256').update(bytes).digest('hex');
      if (sha !== ZERO) content.push([BlockIndex, sha]);
    }
  }
  if (content.length === 0) throw new Error(`${snapshotId} is empty: nothing would be compared`);
  return content;
};
