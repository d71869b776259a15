import { GetObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import type { LibraryBuckets } from '../../core/ports/service-account.ts';
import { awsName, isRefused, isTransient, transientFailure } from './classify.ts';
import { clientSettings } from './clients.ts';

/** Looks with the control plane's own credentials: in another account the bucket's policy has to allow it. */
export const createLibraryBuckets = (): LibraryBuckets => ({
  async objectLock(bucket, region) {
    const client = new S3Client(clientSettings('own', region));
    try {
      const { ObjectLockConfiguration } = await client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }));
      return ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled' ? 'enabled' : 'none';
    } catch (error) {
      if (awsName(error) === 'ObjectLockConfigurationNotFoundError') return 'none';
      if (awsName(error) === 'NoSuchBucket') return 'absent';
      if (isRefused(error)) return 'denied';
      if (isTransient(error)) throw transientFailure('s3:GetObjectLockConfiguration', error);
      throw error;
    } finally {
      client.destroy();
    }
  },
});
