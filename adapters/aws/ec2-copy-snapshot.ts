/**
 * CopySnapshot has no client token, as CreateSnapshots has none: what carries the operation's tag is looked for first,
 * and again when the outcome of the call is unknown. A copy says nothing of its source, so that is a tag too.
 */
import { CopySnapshotCommand } from '@aws-sdk/client-ec2';
import { TAG } from '../../core/domain/effect.ts';
import { HoldfastError, SnapshotFailed, TransientFailure } from '../../core/domain/errors.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { TenantSnapshots } from '../../core/ports/tenant-snapshots.ts';
import { accountAtLimit, awsMessage, awsName, isOutcomeUnknown, required } from './classify.ts';
import { deleteSnapshot, findSnapshotsByTag } from './ec2-find-snapshots.ts';
import { tagSpecifications } from './ec2-tags.ts';
import type { TenantReach } from './tenant-reach.ts';

const ACTION = 'ec2:CopySnapshot';
const COPY_OF = 'holdfast:copy-of';
/** Twenty at a time to one region, as a rule: it gets better by waiting. */
const AT_LIMIT = 'ResourceLimitExceeded';
/** Describe answers with a delay after a creation: seconds, as a rule. */
const LOOKS_MS = [500, 1_000, 2_000, 4_000];

export const copySnapshotFrom =
  (reach: TenantReach): TenantSnapshots['copyFrom'] =>
  async (region, sourceId, given, kmsKeyId) => {
    const tags = { ...given, [COPY_OF]: sourceId };
    const before = await adopt(reach, tags);
    if (before) return before;
    try {
      const { SnapshotId } = await reach.call(ACTION, () =>
        reach.ec2.send(
          new CopySnapshotCommand({
            SourceRegion: region,
            SourceSnapshotId: sourceId,
            Description: `Holdfast: copy of ${sourceId} from ${region}`,
            TagSpecifications: tagSpecifications({ snapshot: tags }),
            // Absent: a copy of what is encrypted is encrypted under the region's default key.
            ...(kmsKeyId === undefined ? {} : { Encrypted: true, KmsKeyId: kmsKeyId }),
          }),
        ),
      );
      return { snapshotId: required(SnapshotId, 'SnapshotId', ACTION) };
    } catch (error) {
      if (error instanceof TransientFailure && isOutcomeUnknown(error.cause)) {
        for (const ms of LOOKS_MS) {
          await reach.wait(ms);
          const made = await adopt(reach, tags);
          if (made) return made;
        }
      }
      throw named(error, `${ACTION} of ${sourceId} from ${region}`);
    }
  };

const named = (error: unknown, what: string): unknown => {
  if (error instanceof HoldfastError) return error;
  if (awsName(error) === AT_LIMIT) return accountAtLimit(what, error);
  return new SnapshotFailed(`${what}: ${awsName(error)} ${awsMessage(error)}`, { cause: error });
};

/** The copy of this operation that is there, the earliest if a lost answer has made two; the others go. */
const adopt = async (reach: TenantReach, tags: Tags): Promise<{ readonly snapshotId: string } | undefined> => {
  const operation = tags[TAG.operation];
  if (operation === undefined) throw new TypeError(`snapshots are made with the tag ${TAG.operation}`);
  const found = await findSnapshotsByTag(reach, TAG.operation, operation);
  const [first, ...others] = found
    .filter((snapshot) => snapshot.tags[COPY_OF] === tags[COPY_OF])
    .sort((a, b) => a.startedAt - b.startedAt || (a.snapshotId < b.snapshotId ? -1 : 1));
  for (const { snapshotId } of others) await deleteSnapshot(reach, snapshotId);
  return first && { snapshotId: first.snapshotId };
};
