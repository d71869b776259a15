import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  ListObjectVersionsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createOrderSessions } from '../../adapters/aws/order-sessions.ts';
import type { Tenant, World } from '../stories/world.ts';
import type { DestructivePath } from './vault-paths.ts';

const DAY = 86_400_000;

/** What a node that was taken over has of a backup's order, whose point is promised until then (ms since 1970). */
const writerOf = async (world: World, { hypervisorId }: Tenant, lockedUntil: number): Promise<S3Client> => {
  const { cloud, place } = world.local;
  const roleArn = (name: string): string => `arn:aws:iam::${place.accountId}:role/holdfast-dev-${name}`;
  const at = { endpoint: cloud.endpoint, region: place.region, maxAttempts: 1 };
  const as = (name: string) => {
    const { AccessKeyId, SecretAccessKey, SessionToken } = cloud.admin.credentialsForRole(roleArn(name), 'function');
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  };
  const broker = { ...at, credentials: as('broker') };
  const root = { ...at, credentials: cloud.admin.rootAccessKey(place.accountId) };
  const { hypervisors, points } = createDynamoCatalog({ client: new DynamoDBClient(root), table: 'holdfast-dev' });
  const sessions = createOrderSessions({
    sts: new STSClient(broker),
    secrets: new SecretsManagerClient(broker),
    hubRoleArn: roleArn('hub'),
    region: place.region,
    workRoleArn: roleArn('work'),
    workBucket: 'holdfast-dev-work',
    hypervisors,
    points,
  });
  const jobId = 'job-00000001';
  const credentials = await sessions.library(world.serviceId, hypervisorId, jobId, 'write', lockedUntil);
  return new S3Client({ ...at, credentials, forcePathStyle: true });
};

/** What such a node can try so that what it writes, or what is there, is kept less long than the catalog says. */
export const writerPaths = async (
  world: World,
  tenant: Tenant,
  prefix: string,
  lockedUntil: number,
): Promise<readonly DestructivePath[]> => {
  const s3 = await writerOf(world, tenant, lockedUntil);
  const Bucket = `holdfast-dev-library-${world.local.place.accountId}`;
  const lock = (days: number, ObjectLockMode: 'COMPLIANCE' | 'GOVERNANCE' = 'COMPLIANCE') => ({
    ObjectLockMode,
    ObjectLockRetainUntilDate: new Date(Date.now() + days * DAY),
    ChecksumAlgorithm: 'CRC32' as const,
  });
  const put = (Key: string, more: Partial<PutObjectCommandInput> = {}) =>
    s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}/${Key}`, Body: 'x', IfNoneMatch: '*', ...more }));
  const id = 'ab'.repeat(16);
  const kinds = [`packs/ab/${id}`, `pages/ab/${id}${id}`, 'maps/rp-00000001/vol-1', 'points/rp-00000001', 'keys/9'];
  const days = (lockedUntil - Date.now()) / DAY;
  return [
    ...kinds.map((key) => ({ name: `a writer leaves the lock of ${key} out`, attempt: () => put(key) })),
    { name: 'a writer locks a pack for a day', attempt: () => put(kinds[0] ?? '', lock(1)) },
    {
      name: 'a writer locks a pack so that it can be bypassed',
      attempt: () => put(kinds[0] ?? '', lock(days, 'GOVERNANCE')),
    },
    {
      name: 'a writer makes the lock of a map ten years long',
      attempt: async () => {
        // listed by the administrator: a writer sees no versions, and needs none
        const { Versions = [] } = await new S3Client({
          endpoint: world.local.cloud.endpoint,
          region: world.local.place.region,
          credentials: world.local.cloud.admin.rootAccessKey(world.local.place.accountId),
          forcePathStyle: true,
        }).send(new ListObjectVersionsCommand({ Bucket, Prefix: `${prefix}/maps/` }));
        const RetainUntilDate = new Date(Date.now() + 3_600 * DAY);
        for (const { Key } of Versions)
          await s3.send(
            new PutObjectRetentionCommand({ Bucket, Key, Retention: { Mode: 'COMPLIANCE', RetainUntilDate } }),
          );
      },
    },
  ];
};
