/**
 * The policies of an order's sessions: exact names of what the order may reach. None of them deletes anything, but that
 * of a library run which repairs or prunes.
 */
import type { LibraryAccess } from '../../core/contracts/orders.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { LockOfSession } from '../../core/domain/library-lock.ts';
import { attemptPrefix } from '../../core/domain/work-keys.ts';
import type { Policy, Statement } from './session-policy.ts';

export type Mode = 'read' | 'write';

const SNAPSHOT_ACTIONS: Readonly<Record<Mode, readonly string[]>> = {
  read: ['ebs:ListSnapshotBlocks', 'ebs:ListChangedBlocks', 'ebs:GetSnapshotBlock'],
  // Listing tells whoever completes a snapshot that an earlier claim has completed it.
  write: ['ebs:PutSnapshotBlock', 'ebs:CompleteSnapshot', 'ebs:ListSnapshotBlocks'],
};

/** Blocks of encrypted snapshots are opened with the tenant's key in the caller's name. */
const KEY_ACTIONS: Readonly<Record<Mode, readonly string[]>> = {
  read: ['kms:Decrypt'],
  write: ['kms:Decrypt', 'kms:GenerateDataKeyWithoutPlaintext'],
};

/** The kms:ViaService of EBS direct calls is *unproven*: both names that AWS uses for EBS are allowed. */
const throughEbs = (region: string) => ({
  StringEquals: { 'kms:ViaService': [`ec2.${region}.amazonaws.com`, `ebs.${region}.amazonaws.com`] },
});

/** Errors: RangeError for more snapshots to be read than 2,048 characters can name (about 25); an order reads two. */
export const snapshotPolicy = (region: string, jobId: string, snapshotIds: readonly string[], mode: Mode): Policy => {
  const key: Statement = {
    Effect: 'Allow',
    Action: KEY_ACTIONS[mode],
    Resource: '*',
    Condition: throughEbs(region),
  };
  const exact: Policy = {
    Statement: [
      {
        Effect: 'Allow',
        Action: SNAPSHOT_ACTIONS[mode],
        Resource: snapshotIds.map((snapshotId) => `arn:aws:ec2:${region}::snapshot/${snapshotId}`),
      },
      key,
    ],
  };
  if (mode === 'read' || snapshotIds.length <= NAMEABLE) return exact;
  // Completing the snapshots of a machine with many volumes: those that this job started, by their tag.
  return {
    Statement: [
      {
        Effect: 'Allow',
        Action: SNAPSHOT_ACTIONS.write,
        Resource: `arn:aws:ec2:${region}::snapshot/*`,
        Condition: { StringEquals: { [`aws:ResourceTag/${TAG.job}`]: jobId } },
      },
      key,
    ],
  };
};

const NAMEABLE = 20;

export type LibraryMode = Mode | 'maintain' | 'lock';

/** In a bucket that keeps versions, index and maps name them: what is read by its version needs a right of its own. */
const READ = ['s3:GetObject', 's3:GetObjectVersion'];
const LIBRARY_ACTIONS: Readonly<Record<LibraryMode, readonly string[]>> = {
  read: READ,
  write: [...READ, 's3:PutObject'],
  maintain: [...READ, 's3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
  lock: READ,
};
/** Nobody may bypass a lock: it can be made longer, never shorter. */
const LOCK_ACTIONS: Readonly<Record<LibraryMode, readonly string[]>> = {
  read: ['s3:GetObjectRetention'],
  // its writes are statements of their own
  write: ['s3:GetObjectRetention'],
  maintain: ['s3:GetObjectRetention', 's3:PutObjectRetention'],
  lock: ['s3:GetObjectRetention', 's3:PutObjectRetention'],
};

/**
 * A writer locks what it writes, for as long as its order says: one that was taken over or is faulty cannot leave the lock
 * out, nor make it longer. Only the index is free: it is made anew from the packs.
 */
const lockedWrites = (objects: string, { mode, leastDays, mostDays }: LockOfSession): readonly Statement[] => {
  const days = 's3:object-lock-remaining-retention-days';
  return [
    {
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:PutObjectRetention'],
      Resource: `${objects}/*`,
      Condition: {
        StringEquals: { 's3:object-lock-mode': mode.toUpperCase() },
        NumericGreaterThanEquals: { [days]: String(leastDays) },
        NumericLessThanEquals: { [days]: String(mostDays) },
      },
    },
    { Effect: 'Allow', Action: 's3:PutObject', Resource: `${objects}/index/*` },
  ];
};

/** `locked`: how what is written has to be locked; absent where the library has no lock. One tenant's part of the library, and the library's key with that tenant's encryption context. */
export const libraryPolicy = (
  { library, libraryId, tenantId, kmsKeyArn }: LibraryAccess,
  mode: LibraryMode,
  locked?: LockOfSession,
): Policy => {
  const key: Statement = {
    Effect: 'Allow',
    // maintenance makes no keys: it opens what is there
    Action: mode === 'write' ? ['kms:Decrypt', 'kms:Encrypt'] : ['kms:Decrypt'],
    Resource: kmsKeyArn,
    Condition: {
      StringEquals: { 'kms:EncryptionContext:tenant': tenantId, 'kms:EncryptionContext:library': libraryId },
    },
  };
  if (library.kind === 'disk') return { Statement: [key] };
  const bucket = `arn:aws:s3:::${library.bucket}`;
  const objects = `${bucket}/${library.prefix}`;
  const mustLock = locked && mode === 'write' ? locked : undefined;
  return {
    Statement: [
      {
        Effect: 'Allow',
        Action: [...LIBRARY_ACTIONS[mustLock ? 'read' : mode], ...(locked ? LOCK_ACTIONS[mode] : [])],
        Resource: `${objects}/*`,
      },
      ...(mustLock ? lockedWrites(objects, mustLock) : []),
      {
        Effect: 'Allow',
        // A repair of a locked library looks for what hides its objects.
        Action: locked && mode === 'maintain' ? ['s3:ListBucket', 's3:ListBucketVersions'] : 's3:ListBucket',
        Resource: bucket,
        Condition: { StringLike: { 's3:prefix': `${library.prefix}/*` } },
      },
      key,
    ],
  };
};

/** No order changes another's document or results: what those say is believed. */
export const workAreaPolicy = (bucket: string, jobId: string, attempt: number, results: string): Policy => ({
  Statement: [
    { Effect: 'Allow', Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucket}/${attemptPrefix(jobId, attempt)}*` },
    { Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${bucket}/${results}*` },
  ],
});
