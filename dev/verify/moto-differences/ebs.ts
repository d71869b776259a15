import { AWS_SAYS } from '../aws-words.ts';
import type { Difference } from '../difference.ts';

/** EBS direct: the blocks of snapshots. */
export const EBS: readonly Difference[] = [
  {
    test: /^blocks of snapshots by (the SDK|own HTTP) › are listed in order/,
    says: /deep-equal/,
    moto: 'ListSnapshotBlocks lists blocks as they were written.',
    aws: 'A list goes on behind StartingBlockIndex or with NextToken: it ascends.',
    evidence: [AWS_SAYS.startingBlock],
    open: 'That it ascends is no more than implied.',
  },
  {
    test: /^blocks of snapshots by (the SDK|own HTTP) › are listed over several pages/,
    says: /falsy value/,
    moto: 'MaxResults and NextToken are not implemented: all blocks come at once.',
    aws: 'At most MaxResults blocks a page (100 to 10,000).',
    evidence: [AWS_SAYS.pages],
    open: '100 to 10,000 is in the service’s model (botocore, MaxResults), not in these words.',
  },
  {
    test: /^blocks of snapshots by (the SDK|own HTTP) › are refused where their checksum does not fit/,
    says: /Missing expected rejection/,
    moto: 'PutSnapshotBlock takes checksums at face value.',
    aws: 'A block whose SHA-256 differs from the checksum in the request is refused.',
    evidence: [AWS_SAYS.blockChecksum],
  },
  {
    test: /^blocks of snapshots by (the SDK|own HTTP) › are not taken for whole where/,
    says: /Missing expected rejection/,
    moto: 'CompleteSnapshot looks neither at ChangedBlocksCount nor at Checksum.',
    aws: 'The number of blocks that were written, and the checksum over theirs, must be as said.',
    evidence: [AWS_SAYS.writtenBlocks],
    open: 'Not found: what AWS answers where they are not.',
  },
  {
    test: /^blocks of snapshots by (the SDK|own HTTP) › of a child are those of its parent and its own/,
    says: /deep-equal/,
    moto: 'ParentSnapshotId is not implemented.',
    aws: 'A child is incremental: what was not written is as in its parent.',
    evidence: [AWS_SAYS.parent],
  },
  {
    test: /^blocks of snapshots by (the SDK|own HTTP) › of a child that differ/,
    says: /deep-equal/,
    moto: 'ListChangedBlocks shows blocks of the first snapshot only, and knows no parents.',
    aws: 'All blocks in which the second differs from the first.',
    evidence: [AWS_SAYS.changedBlocks],
  },
  {
    test: /^blocks of snapshots by (the SDK|own HTTP) › of snapshots without a common lineage/,
    says: /Missing expected rejection/,
    moto: 'Any two snapshots are compared.',
    aws: 'ValidationException with the reason UNRELATED_SNAPSHOTS.',
    evidence: [AWS_SAYS.unrelated],
    open: 'When the reason is given only its name says.',
  },
  {
    test: /^blocks of snapshots by (the SDK|own HTTP) › of a snapshot that is not there/,
    says: /TransientFailure/,
    moto: 'HTTP 500 with a page of HTML (KeyError).',
    aws: 'ResourceNotFoundException, 404.',
    evidence: [AWS_SAYS.notThere],
  },
];
