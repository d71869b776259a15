/** Tenants' tools copy tags: what a backup or a cleanup removes is what its records name, and nothing that looks like it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TAG } from '../../core/domain/effect.ts';
import type { DescribedSnapshot, TenantScope } from '../../core/ports/tenant-scope.ts';
import { leaveOneSnapshot } from '../../core/steps/backup/leave-one-snapshot.ts';
import { aPoint, aVolume } from '../adapters/records.ts';
import { reaperWorld } from './reaper-world.ts';

/** The volume that EC2 shows of a copy: one that does not exist. */
const OF_A_COPY = 'vol-ffffffff';

/** Snapshots of one instance; `deleted` in turn. */
const snapshotsOf = (all: readonly DescribedSnapshot[]) => {
  const deleted: string[] = [];
  const snapshots = { findByTag: async () => all, delete: async (id: string) => void deleted.push(id) };
  return { deleted, scope: { snapshots } as unknown as TenantScope };
};

test('a backup deletes the last one’s snapshot, and leaves the copy that the tenant made of it', async () => {
  const { catalog, job, effect, tagsOf } = reaperWorld();
  const yesterday = effect(job(), 'snapshots', { state: 'kept', resourceIds: ['snap-yesterday'] });
  const others = effect(job({ tenantId: 'hv-globex' }), 'snapshots', {
    tenantId: 'hv-globex',
    resourceIds: ['snap-others'],
  });
  const shown = { state: 'completed', sizeGiB: 1, startedAt: 1 } as const;
  const tags = { ...tagsOf(yesterday), [TAG.instance]: 'i-1' };
  const { scope, deleted } = snapshotsOf([
    { ...shown, snapshotId: 'snap-yesterday', volumeId: 'vol-1', tags },
    { ...shown, snapshotId: 'snap-copy', volumeId: OF_A_COPY, tags },
    { ...shown, snapshotId: 'snap-by-hand', volumeId: 'vol-1', tags },
    { ...shown, snapshotId: 'snap-untold', volumeId: 'vol-1', tags: { [TAG.instance]: 'i-1' } },
    { ...shown, snapshotId: 'snap-others', volumeId: 'vol-1', tags: { ...tagsOf(others), [TAG.instance]: 'i-1' } },
    { ...shown, snapshotId: 'snap-today', volumeId: 'vol-1', tags, startedAt: 10 },
  ]);
  const point = aPoint('hv-acme', 'i-1', [{ ...aVolume(1, [1]), snapshotId: 'snap-today' }]);
  await leaveOneSnapshot(catalog, scope, { ...point, kind: 'streaming', takenAt: 10 });
  assert.deepEqual(deleted, ['snap-yesterday']);
});
