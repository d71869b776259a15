/**
 * CreateSnapshots has no client token. So each call tags its set with an id of its own; when its outcome is unknown,
 * the set is looked up; and if two calls of one operation both took effect, the earlier set counts and the other goes.
 */
import { CreateSnapshotsCommand, type SnapshotInfo } from '@aws-sdk/client-ec2';
import { TAG } from '../../core/domain/effect.ts';
import { HoldfastError, InstanceNotFound, SnapshotFailed, TransientFailure } from '../../core/domain/errors.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { DescribedSnapshot, TenantSnapshots } from '../../core/ports/tenant-snapshots.ts';
import { accountAtLimit, awsMessage, awsName, isOutcomeUnknown, required } from './classify.ts';
import { findInstances, NO_INSTANCE } from './ec2-find-instances.ts';
import { deleteSnapshot, findSnapshotsByTag } from './ec2-find-snapshots.ts';
import { tagSpecifications, tagsOf } from './ec2-tags.ts';
import type { TenantReach } from './tenant-reach.ts';

const ACTION = 'ec2:CreateSnapshots';
/** Tells the sets of two calls apart. */
const SET_TAG = 'holdfast:set';

/** Others are being taken of the same volumes: it gets better by waiting. */
const WAITING = new Set(['ConcurrentSnapshotLimitExceeded', 'PendingSnapshotLimitExceeded']);

/** Describe answers with a delay after a creation: seconds, as a rule. */
const LOOKS_MS = [500, 1_000, 2_000, 4_000];

export const createSnapshotsOfInstance =
  (reach: TenantReach): TenantSnapshots['createForInstance'] =>
  async (instanceId, excludeVolumeIds, tags) => {
    const made = await adopt(reach, tags, await lookUp(reach, tags));
    if (made) return made;
    const { excludeBoot, excludeData } = await exclusions(reach, instanceId, excludeVolumeIds);
    const setTags = { ...tags, [SET_TAG]: reach.ids.uuid() };
    let unknown: unknown;
    try {
      return await reach.call(ACTION, async () => {
        try {
          const { Snapshots } = await reach.ec2.send(
            new CreateSnapshotsCommand({
              InstanceSpecification: {
                InstanceId: instanceId,
                ...(excludeBoot ? { ExcludeBootVolume: true } : {}),
                ...(excludeData.length === 0 ? {} : { ExcludeDataVolumeIds: excludeData }),
              },
              TagSpecifications: tagSpecifications({ snapshot: setTags }),
            }),
          );
          return required(Snapshots, 'Snapshots', ACTION).map(createdSnapshot);
        } catch (error) {
          if (isOutcomeUnknown(error) || error instanceof TransientFailure) unknown = error;
          throw error;
        }
      });
    } catch (error) {
      if (unknown !== undefined) {
        for (const ms of LOOKS_MS) {
          await reach.wait(ms);
          const adopted = await adopt(reach, tags, await lookUp(reach, tags));
          if (adopted) return adopted;
        }
      }
      throw named(error, instanceId);
    }
  };

const named = (error: unknown, instanceId: string): unknown => {
  if (error instanceof HoldfastError) return error;
  const name = awsName(error);
  if (NO_INSTANCE.has(name)) return new InstanceNotFound(`there is no instance ${instanceId}`, { cause: error });
  if (WAITING.has(name)) return accountAtLimit(ACTION, error);
  return new SnapshotFailed(`${ACTION} of ${instanceId}: ${name} ${awsMessage(error)}`, { cause: error });
};

const lookUp = async (reach: TenantReach, tags: Tags): Promise<readonly DescribedSnapshot[]> => {
  const operation = tags[TAG.operation];
  if (operation === undefined) throw new TypeError(`snapshots are made with the tag ${TAG.operation}`);
  return findSnapshotsByTag(reach, TAG.operation, operation);
};

/** The set that is there, once it is seen whole; undefined if there is none. */
const adopt = async (
  reach: TenantReach,
  tags: Tags,
  found: readonly DescribedSnapshot[],
): Promise<readonly DescribedSnapshot[] | undefined> => {
  if (found.length === 0) return undefined;
  let seen = found;
  for (const ms of LOOKS_MS) {
    // A set appears bit by bit; two looks in a row that see the same are taken for the whole of it.
    await reach.wait(ms);
    const again = await lookUp(reach, tags);
    if (again.length === seen.length) break;
    seen = again;
  }
  const sets = Map.groupBy(seen, (snapshot) => snapshot.tags[SET_TAG] ?? '');
  const [first, ...others] = [...sets.values()].sort((a, b) => startOf(a) - startOf(b) || (idOf(a) < idOf(b) ? -1 : 1));
  for (const { snapshotId } of others.flat()) await deleteSnapshot(reach, snapshotId);
  return first;
};

const startOf = (set: readonly DescribedSnapshot[]): number => Math.min(...set.map(({ startedAt }) => startedAt));
const idOf = (set: readonly DescribedSnapshot[]): string =>
  set
    .map(({ snapshotId }) => snapshotId)
    .sort()
    .join();

/** The root volume is left out by a flag of its own, not by its id. */
const exclusions = async (
  reach: TenantReach,
  instanceId: string,
  volumeIds: readonly string[],
): Promise<{ excludeBoot: boolean; excludeData: string[] }> => {
  if (volumeIds.length === 0) return { excludeBoot: false, excludeData: [] };
  const [instance] = await findInstances(reach, { InstanceIds: [instanceId] });
  if (!instance) throw new InstanceNotFound(`there is no instance ${instanceId}`);
  const root = instance.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === instance.RootDeviceName);
  const rootId = root?.Ebs?.VolumeId;
  return {
    excludeBoot: rootId !== undefined && volumeIds.includes(rootId),
    excludeData: volumeIds.filter((id) => id !== rootId),
  };
};

const createdSnapshot = (snapshot: SnapshotInfo): DescribedSnapshot => ({
  snapshotId: required(snapshot.SnapshotId, 'SnapshotId', ACTION),
  volumeId: required(snapshot.VolumeId, 'VolumeId', ACTION),
  state: snapshot.State === 'completed' || snapshot.State === 'error' ? snapshot.State : 'pending',
  sizeGiB: required(snapshot.VolumeSize, 'VolumeSize', ACTION),
  startedAt: required(snapshot.StartTime, 'StartTime', ACTION).getTime(),
  tags: tagsOf(snapshot.Tags),
});
