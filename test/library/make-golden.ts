/**
 * Wrote the golden library, once. To be run again only for a new version of the format, into a folder of its own:
 * `node test/library/make-golden.ts <empty folder>`.
 */
import { createHash } from 'node:crypto';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import { publishCondemned } from '../../library/condemned.ts';
import { type Library, openLibrary } from '../../library/library.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { writePoint } from '../../library/recovery-point.ts';
import { openSegmentWriter, type SegmentOptions } from '../../library/segment-writer.ts';
import { createTenantKeys, rotateTenantKey } from '../../library/tenant-keys.ts';
import { assembleMap, type VolumeMap } from '../../library/volume-map.ts';
import { GOLDEN, goldenChanges, goldenVolume } from './golden-volume.ts';
import { createLocalKeyWrapper } from './local-key-wrapper.ts';
import { seededRandom } from './seeded-random.ts';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('which folder?');
const { tenant, library: libraryId, volumeId, sizeBytes, points } = GOLDEN;
const volumeBlocks = sizeBytes / 524_288;
const store = createDiskStore({ folder });
const random = seededRandom('golden');
const now = () => Date.UTC(2026, 0, 2);
const recovery = createRecoveryKeyPair(random);
const common = { tenant, library: libraryId, store, random, recoveryPublicKey: recovery.publicKey };
const wrapper = createLocalKeyWrapper('golden');

const write = async (
  library: Library,
  blocks: Iterable<[number, Buffer | undefined]>,
  options: Pick<SegmentOptions, 'pages' | 'unlisted' | 'parent'>,
) => {
  const writer = openSegmentWriter(library, { volumeBlocks, ...options });
  for (const [index, plain] of blocks) {
    if (plain) await writer.write(index, plain, createHash('sha256').update(plain).digest());
    else writer.addZero(index);
  }
  return writer.finish();
};

const commit = async (library: Library, at: 0 | 1, map: VolumeMap) => {
  await writePoint(library, {
    recoveryPointId: points[at],
    kind: 'streaming',
    createdAt: `2026-01-0${at + 1}T00:00:00.000Z`,
    requestedBy: 'arn:aws:iam::222222222222:user/golden',
    jobId: `job-golden-${at + 1}`,
    volumes: [{ volumeId, sizeBytes, mapSeal: map.seal, device: '/dev/xvda' }],
    instance: { instanceId: 'i-0golden', instanceType: 't3.small', architecture: 'x86_64' },
    tags: { Name: 'goldene Gans' },
  });
};

const first = openLibrary({ store, keys: await createTenantKeys({ ...common, wrapper }), random, now });
const full = await write(first, goldenVolume(points[0]), { pages: [0, 1, 2, 3], unlisted: 'zero' });
const lineage = { snapshotId: 'snap-0golden1' };
const { map: parent } = await assembleMap(first, {
  recoveryPointId: points[0],
  volumeId,
  sizeBytes,
  pages: full.pages,
  lineage,
});
await commit(first, 0, parent);

const second = openLibrary({ store, keys: await rotateTenantKey({ ...common, wrapper }), random, now });
await second.index.refresh();
const changed = await write(second, goldenChanges(), { pages: [0, 3], unlisted: 'parent', parent });
const { map } = await assembleMap(second, {
  recoveryPointId: points[1],
  volumeId,
  sizeBytes,
  pages: changed.pages,
  parent,
  lineage: { snapshotId: 'snap-0golden2', baseSnapshotId: lineage.snapshotId },
});
await commit(second, 1, map);

// an attempt that was never committed, whose pack prune has condemned
const orphan = await write(second, [[9, Buffer.alloc(524_288, 'nobody refers to this\n')]], {
  pages: [0],
  unlisted: 'zero',
});
const places: string[] = [];
for await (const { key } of store.list('packs/')) places.push(key);
console.log({ recovery, full: full.counters, changed: changed.counters, orphan: orphan.counters, places });
const table = second.index.table;
const orphanPack = table.pack(table.packs - 1).id;
await publishCondemned(second, {
  generation: 1,
  publishedAt: now(),
  deleteNotBefore: now() + 7 * 86_400_000,
  packs: [orphanPack],
  pages: orphan.pages.map(({ id }) => id),
  points: ['rp-golden-given-up'],
});
