import { Closing } from '../block-storage/turns.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import type { Ec2 } from './ec2.ts';
import type { Snapshot, Volume } from './records.ts';
import type { Tags } from './tags.ts';

/** Throws if a volume can't be snapshotted now. */
export const checkSnapshotable = (ec2: Ec2, call: Call, volumes: readonly Volume[]): void => {
  const { pendingSnapshotsPerVolume, pendingSnapshotsPerAccount } = ec2.settings;
  const pending = [...ec2.snapshots.in(call.accountId, call.region)].filter(
    ({ state, origin }) => state === 'pending' && origin === 'volume',
  );
  if (pending.length + volumes.length > pendingSnapshotsPerAccount) {
    throw new AwsError('PendingSnapshotLimitExceeded', 'You have reached the maximum number of pending snapshots.');
  }
  for (const { id, state } of volumes) {
    if (state !== 'available' && state !== 'in-use') {
      throw new AwsError('IncorrectState', `Cannot create snapshot of volume '${id}' in state '${state}'.`);
    }
    const count = pending.filter(({ volumeId }) => volumeId === id).length;
    if (count < pendingSnapshotsPerVolume) continue;
    const what = `You have reached the limit of ${pendingSnapshotsPerVolume} pending snapshots on volume '${id}'.`;
    throw new AwsError('ConcurrentSnapshotLimitExceeded', what);
  }
};

/** Starts a snapshot: the volume's content at this moment. Several in one tick are of one instant. */
export const makeSnapshot = (ec2: Ec2, call: Call, volume: Volume, description: string, tags: Tags): Snapshot => {
  const id = ec2.newId('snap');
  const snapshot: Snapshot = {
    id,
    accountId: call.accountId,
    region: call.region,
    volumeId: volume.id,
    sizeGiB: volume.sizeGiB,
    state: 'pending',
    description,
    ...(volume.encryption && { encryption: volume.encryption }),
    sharedWith: [],
    isPublic: false,
    lineage: volume.lineage,
    manifest: id,
    ...(volume.licence && { licence: volume.licence }),
    origin: 'volume',
    freezing: true,
    tags,
    createdAt: ec2.now,
  };
  ec2.snapshots.put(snapshot);
  freezeVolume(ec2, id);
  return ec2.snapshots.get(id) ?? snapshot;
};

/** Copies what changed; the snapshot completes some time after. Goes on so after a restart, too. */
export const freezeVolume = (ec2: Ec2, id: string): void => {
  const volumeId = ec2.snapshots.get(id)?.volumeId ?? '';
  void ec2.storage
    .freeze(volumeId, id, ec2.settings.copyAtOnceBlocks, () => {
      const ms = ec2.settings.snapshotCompletionMs;
      if (ec2.snapshots.change(id, { freezing: false, completesAt: ec2.now + ms })) {
        ec2.transitions.after(ms, 'snapshot-completed', id);
      } else {
        // Deleted meanwhile.
        ec2.storage.manifests.release(id, id);
      }
    })
    .catch((error: unknown) => {
      if (error instanceof Closing) return;
      console.error(`volume ${volumeId} could not be copied to snapshot ${id}:`, error);
      const stateMessage = 'An internal error has occurred';
      ec2.snapshots.change(id, { freezing: false, state: 'error', stateMessage });
    });
};
