import assert from 'node:assert/strict';
import { DeleteSnapshotCommand } from '@aws-sdk/client-ec2';
import { assertSame, runInstance, snapshotsOf, truthOf, work } from '../instances.ts';
import { onlyInstance, pointOf, resultOf, runJob } from '../jobs.ts';
import type { Row } from '../row.ts';

export const o1: Row = {
  row: 'O1',
  title:
    'streaming backup: full, incremental (changed blocks only), and a full of a volume where its lineage is broken',
  async run(tour) {
    const acme = await tour.acme();
    await tour.nodes();
    const { instanceId, volumes } = await runInstance(tour, acme);
    const [root, data] = volumes.map(({ volumeId }) => volumeId) as [string, string];
    const levels = (job: Parameters<typeof onlyInstance>[0]) =>
      new Map(onlyInstance(job).volumes?.map(({ volumeId, level, reason }) => [volumeId, { level, reason }]));

    const full = await runJob(acme, 'backup', 'start', instanceId);
    assert.deepEqual([levels(full).get(root)?.level, levels(full).get(data)?.level], ['full', 'full']);
    await work(tour, data, 1);
    const incremental = await runJob(acme, 'backup', 'start', instanceId);
    const { counters } = onlyInstance(incremental);
    assert.deepEqual(
      [levels(incremental).get(root)?.level, levels(incremental).get(data)?.level],
      ['incremental', 'incremental'],
      'an incremental of both',
    );
    assert.ok(counters.transferred <= 4, `1 MiB has changed, ${counters.transferred} blocks of 512 KiB were read`);

    const left = await snapshotsOf(acme, [root, data]);
    assert.equal(left.length, 2, 'one snapshot a volume stays, for the next incremental');
    const base = left.find(({ VolumeId }) => VolumeId === data)?.SnapshotId;
    await acme.ec2.send(new DeleteSnapshotCommand({ SnapshotId: base }));
    await work(tour, root, 1);
    const truth = await truthOf(tour, [root, data]);
    const fallback = await runJob(acme, 'backup', 'start', instanceId);
    assert.equal(levels(fallback).get(root)?.level, 'incremental');
    assert.equal(levels(fallback).get(data)?.level, 'full', 'what there is nothing to compare with is read in full');
    assert.match(levels(fallback).get(data)?.reason ?? '', /is gone/);

    const restored = await runJob(acme, 'restore', 'start', pointOf(fallback), '--volumes');
    await assertSame(tour, truth, resultOf(restored).volumes, 'restored from the last backup');
    return `full; after 1 MiB of changes an incremental that read ${counters.transferred} blocks; after the tenant deleted a base snapshot a full of that volume, saying why, and an incremental of the other; the last one restored byte for byte`;
  },
};
