import { TenantAccessLost, VolumeFailed } from '../../../core/domain/errors.ts';
import type { TenantSnapshots } from '../../../core/ports/tenant-snapshots.ts';
import { type FakeSession, refuse, tagged } from './session.ts';

export const fakeSnapshots = ({ account, change, look, isOurs }: FakeSession): TenantSnapshots => ({
  createForInstance: refuse,
  describe: (ids) =>
    look(() =>
      ids
        .filter((id) => account.snapshots.has(id))
        .map((snapshotId) => ({
          snapshotId,
          volumeId: '',
          state: 'completed' as const,
          sizeGiB: 1,
          startedAt: 1,
          tags: account.snapshots.get(snapshotId)?.tags ?? {},
        })),
    ),
  findByTag: (key, value) =>
    look(() =>
      tagged(account.snapshots, key, value).map(([snapshotId, { tags }]) => ({
        snapshotId,
        volumeId: '',
        state: 'completed' as const,
        sizeGiB: 1,
        startedAt: 1,
        tags,
      })),
    ),
  copyFrom: refuse,
  delete: (snapshotId) =>
    change('deleteSnapshot', () => {
      const snapshot = account.snapshots.get(snapshotId);
      if (!snapshot) return;
      if (!isOurs(snapshot.tags)) throw new TenantAccessLost(`${snapshotId} is not ours`);
      const isNamed = [...account.images.values()].some(({ request }) =>
        request.volumes.some((volume) => volume.snapshotId === snapshotId),
      );
      if (isNamed) throw new VolumeFailed(`${snapshotId} is in use by an image`);
      account.snapshots.delete(snapshotId);
    }),
  start: (_sizeGiB, clientToken, tags, encryption) =>
    change('startSnapshot', () => ({
      snapshotId: account.once(clientToken, () => {
        const snapshotId = account.id('snap');
        account.snapshots.set(snapshotId, { tags, ...encryption });
        return snapshotId;
      }),
    })),
  changedBlocks: refuse,
});
