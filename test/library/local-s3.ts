import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { s3ClientSettings } from '../../adapters/aws/s3-retry.ts';
import { type Cloud, startCloud } from '../../local/cloud.ts';
import type { Clock } from '../../local/kernel/clock.ts';
import { createKms } from '../../local/kms/service.ts';
import { createS3 } from '../../local/s3/service.ts';
import { createSts } from '../../local/sts/service.ts';

const ACCOUNT = '111111111111';
const REGION = 'eu-central-1';

export interface LocalS3 {
  readonly cloud: Cloud;
  readonly kms: KMSClient;
  /** For clients that are not the SDK's. */
  readonly place: {
    readonly endpoint: string;
    readonly region: string;
    credentials(): { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** A client of its own, with the shipped settings. */
  client(): S3Client;
  bucket(name: string, versioned?: boolean | 'with Object Lock'): Promise<string>;
  close(): Promise<void>;
}

/** The local cloud with S3 and KMS, and one account. */
export const startLocalS3 = async (clock?: Clock): Promise<LocalS3> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-library-cloud-'));
  const cloud = await startCloud({ dataDir, services: [createSts, createKms, createS3], ...(clock && { clock }) });
  cloud.admin.createAccount(ACCOUNT, 'provider');
  const credentials = cloud.admin.rootAccessKey(ACCOUNT);
  const settings = { endpoint: cloud.endpoint, region: REGION, credentials };
  const clients: S3Client[] = [];
  const client = (): S3Client => {
    const made = new S3Client({ ...settings, ...s3ClientSettings, forcePathStyle: true });
    clients.push(made);
    return made;
  };
  const kms = new KMSClient(settings);
  return {
    cloud,
    kms,
    place: { endpoint: cloud.endpoint, region: REGION, credentials: () => credentials },
    client,
    bucket: async (name, versioned = false) => {
      const maker = client();
      const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
      const ObjectLockEnabledForBucket = versioned === 'with Object Lock';
      await maker.send(
        new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration, ObjectLockEnabledForBucket }),
      );
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      if (versioned === true)
        await maker.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration }));
      return name;
    },
    close: async () => {
      for (const each of clients) each.destroy();
      kms.destroy();
      await cloud.stop();
      await rm(dataDir, { recursive: true });
    },
  };
};
