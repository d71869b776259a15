import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  type ObjectVersion,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectLockConfigurationCommand,
  PutObjectRetentionCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { World } from '../stories/world.ts';

export interface DestructivePath {
  readonly name: string;
  /** Throws where it is refused. */
  attempt(): Promise<unknown>;
}

const KINDS = ['format', 'keys', 'packs', 'pages', 'maps', 'points'] as const;
const SOON = (): Date => new Date(Date.now() + 60_000);
const LATE = (): Date => new Date(Date.now() + 300 * 86_400_000);

/** As the account's root user, who may do everything that IAM can allow. */
export const rootS3 = ({ local: { cloud, place } }: World): S3Client =>
  new S3Client({
    endpoint: cloud.endpoint,
    region: place.region,
    credentials: cloud.admin.rootAccessKey(place.accountId),
    forcePathStyle: true,
    maxAttempts: 1,
  });

/** What a full administrator can do to the objects of a library, and to their bucket. */
export const bucketPaths = async (world: World, prefix: string): Promise<readonly DestructivePath[]> => {
  const s3 = rootS3(world);
  const Bucket = `holdfast-dev-library-${world.local.place.accountId}`;
  const list = async (of = ''): Promise<ObjectVersion[]> =>
    (await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: `${prefix}/${of}` }))).Versions ?? [];
  const originals = await list();
  const isOf = (kind: string) => (version: ObjectVersion) =>
    version.Key === `${prefix}/${kind}` || version.Key?.startsWith(`${prefix}/${kind}/`) === true;
  const of = (kind: string) => originals.filter(isOf(kind)).map(({ Key = '', VersionId = '' }) => ({ Key, VersionId }));

  /** The same for every object of a kind: the first refusal is thrown when all were tried. */
  const each = async (
    kind: string,
    what: (object: { readonly Key: string; readonly VersionId: string }) => Promise<unknown>,
  ): Promise<void> => {
    const objects = of(kind);
    if (objects.length === 0) throw new Error(`there is no ${kind} in this library`);
    const tried = await Promise.allSettled(objects.map(what));
    for (const { status, ...more } of tried) if (status === 'rejected') throw (more as { reason: unknown }).reason;
  };
  const perKind = (
    name: string,
    what: (object: { readonly Key: string; readonly VersionId: string }) => Promise<unknown>,
  ): DestructivePath[] => KINDS.map((kind) => ({ name: `${kind}: ${name}`, attempt: () => each(kind, what) }));

  const retention = (Mode: 'GOVERNANCE' | 'COMPLIANCE', BypassGovernanceRetention = false) =>
    ((object) =>
      s3.send(
        new PutObjectRetentionCommand({
          Bucket,
          ...object,
          BypassGovernanceRetention,
          Retention: { Mode, RetainUntilDate: SOON() },
        }),
      )) satisfies Parameters<typeof perKind>[1];

  return [
    // While the bucket's policy is in force.
    ...perKind('every version is deleted', (object) => s3.send(new DeleteObjectCommand({ Bucket, ...object }))),
    ...perKind('every version is deleted, with the bypass of governance', (object) =>
      s3.send(new DeleteObjectCommand({ Bucket, ...object, BypassGovernanceRetention: true })),
    ),
    ...perKind('the lock is shortened to a minute', retention('COMPLIANCE')),
    ...perKind('the lock is turned into one that can be bypassed', retention('GOVERNANCE', true)),
    ...perKind('overwritten in place', ({ Key }) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'ransom' }))),
    {
      name: 'DeleteObjects over all versions at once',
      attempt: async () => {
        const { Errors = [] } = await s3.send(
          new DeleteObjectsCommand({ Bucket, Delete: { Objects: KINDS.flatMap(of) } }),
        );
        if (Errors[0]) throw new Error(`${Errors.length} refused: ${Errors[0].Code}`);
      },
    },
    {
      name: 'versioning is suspended',
      attempt: () =>
        s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Suspended' } })),
    },
    {
      name: 'Object Lock is configured to one day of governance',
      attempt: () =>
        s3.send(
          new PutObjectLockConfigurationCommand({
            Bucket,
            ObjectLockConfiguration: {
              ObjectLockEnabled: 'Enabled',
              Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } },
            },
          }),
        ),
    },
    { name: 'the bucket is deleted', attempt: () => s3.send(new DeleteBucketCommand({ Bucket })) },
    {
      name: 'a bucket policy shuts everybody out',
      attempt: async () => {
        const Policy = JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Deny', Principal: '*', Action: 's3:GetObject*', Resource: `arn:aws:s3:::${Bucket}/*` },
          ],
        });
        await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
      },
    },
    {
      name: 'the bucket policy is deleted',
      attempt: () => s3.send(new DeleteBucketPolicyCommand({ Bucket })),
    },
    // From here on nothing but Object Lock is left.
    ...perKind('hidden by delete markers', ({ Key }) => s3.send(new DeleteObjectCommand({ Bucket, Key }))),
    ...perKind('overwritten with garbage', ({ Key }) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'ransom' }))),
    ...perKind('overwritten with garbage that is locked for 300 days', ({ Key }) =>
      s3.send(
        new PutObjectCommand({
          Bucket,
          Key,
          Body: `locked ransom ${Key}`,
          ChecksumAlgorithm: 'CRC32',
          ObjectLockMode: 'COMPLIANCE',
          ObjectLockRetainUntilDate: LATE(),
        }),
      ),
    ),
    ...perKind('copied over itself without a lock', ({ Key, VersionId }) =>
      s3.send(
        new CopyObjectCommand({
          Bucket,
          Key,
          CopySource: `${Bucket}/${Key}?versionId=${VersionId}`,
          MetadataDirective: 'REPLACE',
        }),
      ),
    ),
    {
      name: 'a pack is replaced by a multipart upload',
      attempt: async () => {
        const [pack] = of('packs');
        const at = { Bucket, Key: pack?.Key ?? '' };
        const { UploadId } = await s3.send(new CreateMultipartUploadCommand(at));
        const part = { ...at, UploadId, PartNumber: 1 };
        const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body: 'ransom' }));
        const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
        await s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }));
      },
    },
    {
      name: 'legal hold is switched off on every pack, then every pack is deleted',
      attempt: () =>
        each('packs', async (object) => {
          await s3.send(new PutObjectLegalHoldCommand({ Bucket, ...object, LegalHold: { Status: 'OFF' } }));
          await s3.send(new DeleteObjectCommand({ Bucket, ...object }));
        }),
    },
    {
      name: 'the index is deleted, every version of it',
      attempt: async () => {
        for (const { Key, VersionId } of await list('index/'))
          await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
      },
    },
    ...[
      'index/00000000000000000000000000000000',
      'condemned/999',
      'prune/999999',
      'keys/2',
      'packs/00/00',
      'points/rp-x',
    ].map((planted) => ({
      name: `${planted} is planted`,
      attempt: () => s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}/${planted}`, Body: 'planted' })),
    })),
    {
      name: 'what a lifecycle rule would do: every object expires, then every version but the newest',
      attempt: async () => {
        for (const { Key } of KINDS.flatMap(of)) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
        for (const { Key, VersionId } of KINDS.flatMap(of))
          await s3.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
      },
    },
  ];
};
