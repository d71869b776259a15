import type { LibraryRef } from '../../contracts/orders.ts';
import { InvalidRequest } from '../../domain/errors.ts';
import type { LibraryBuckets } from '../../ports/service-account.ts';

export interface ObjectLockDeps {
  readonly libraryBuckets: LibraryBuckets;
  readonly settings: { readonly stage: string; readonly controlPlaneAccountId: string };
}

/** What is left of a session policy's 2,048 characters when a writer's says how its objects have to be locked. */
const LONGEST_PREFIX = 128;

/** Whether a library's bucket can lock what is written there. Errors: InvalidRequest, TransientFailure. */
export const checkObjectLock = async (
  { libraryBuckets, settings }: ObjectLockDeps,
  library: LibraryRef,
): Promise<void> => {
  if (library.kind !== 's3') return;
  const { bucket, region, prefix } = library;
  if (prefix.length > LONGEST_PREFIX)
    throw new InvalidRequest(
      `The prefix of a library with a lock may have ${LONGEST_PREFIX} characters, not ${prefix.length}.`,
      {
        field: 'library.prefix',
        remedy: 'Choose a shorter prefix, or a bucket of its own.',
      },
    );
  const found = await libraryBuckets.objectLock(bucket, region);
  if (found === 'enabled') return;
  const role = `arn:aws:iam::${settings.controlPlaneAccountId}:role/holdfast-${settings.stage}-operator-api`;
  const said = {
    none: {
      message: `The bucket ${bucket} has no Object Lock.`,
      remedy: `Turn it on: aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled, then aws s3api put-object-lock-configuration --bucket ${bucket} --object-lock-configuration ObjectLockEnabled=Enabled`,
    },
    denied: {
      message: `Whether the bucket ${bucket} has Object Lock cannot be seen.`,
      remedy: `Allow s3:GetBucketObjectLockConfiguration to ${role} in the bucket's policy.`,
    },
    absent: { message: `There is no bucket ${bucket}.`, remedy: 'Name the bucket as S3 knows it.' },
  }[found];
  throw new InvalidRequest(said.message, { field: 'lock', remedy: said.remedy });
};
