import assert from 'node:assert/strict';
import { assertSame, instanceOf, runInstance, truthOf, volumesOf, work } from '../instances.ts';
import { resultOf, runJob } from '../jobs.ts';
import type { Row } from '../row.ts';
import type { TourTenant } from '../tenant.ts';
import { type ThreePoints, threePoints } from '../three-points.ts';
import type { Tour } from '../world.ts';

const KINDS = ['streaming', 'snapshot', 'copy'] as const;
type Kind = (typeof KINDS)[number];

const restore = (tenant: TourTenant, points: ThreePoints, kind: Kind, ...target: readonly string[]) =>
  runJob(
    tenant,
    ...['restore', 'start', points[kind], '--from', kind === 'snapshot' ? 'snapshot' : 'library', ...target],
  );

/** A new instance, a single volume, and a volume attached to `other`: each beside what there is. */
const outOfPlace = async (tour: Tour, tenant: TourTenant, points: ThreePoints, kind: Kind, other: string) => {
  const { truth, volumeIds } = points;
  const [, data] = volumeIds;
  const device = `/dev/sd${'klm'[KINDS.indexOf(kind)]}`;
  const [whole, single, attached] = await Promise.all([
    restore(tenant, points, kind, '--name', `again from ${kind}`),
    restore(tenant, points, kind, '--volumes', '--volume', data),
    restore(tenant, points, kind, '--attach-to', other, '--volume', data, '--device', `${data}=${device}`),
  ]);
  const launched = resultOf(whole);
  const instance = await instanceOf(tenant, launched.instanceId ?? '');
  assert.equal(instance.State?.Name, 'running');
  assert.ok(instance.Tags?.some(({ Key, Value }) => Key === 'Name' && Value === `again from ${kind}`));
  assert.equal(launched.volumes.length, volumeIds.length);
  await assertSame(tour, truth, launched.volumes, `a new instance from ${kind}`);

  const alone = resultOf(single).volumes;
  assert.deepEqual(
    alone.map(({ sourceVolumeId }) => sourceVolumeId),
    [data],
    'only the volume that was named',
  );
  await assertSame(tour, truth, alone, `a single volume from ${kind}`);

  const { BlockDeviceMappings = [] } = await instanceOf(tenant, other);
  const volumeId = resultOf(attached).volumes[0]?.volumeId;
  assert.equal(BlockDeviceMappings.find(({ DeviceName }) => DeviceName === device)?.Ebs?.VolumeId, volumeId);
  await assertSame(tour, truth, resultOf(attached).volumes, `an attached volume from ${kind}`);
};

const inPlace = async (
  tour: Tour,
  tenant: TourTenant,
  points: ThreePoints,
  kind: Kind,
  old: 'keep' | 'remove',
): Promise<void> => {
  const { instanceId } = points.instance;
  const { BlockDeviceMappings = [] } = await instanceOf(tenant, instanceId);
  const before = BlockDeviceMappings.map(({ Ebs }) => Ebs?.VolumeId ?? '');
  for (const volumeId of before) await work(tour, volumeId, 1);
  const replaced = await truthOf(tour, before);
  const remove = old === 'remove' ? ['--remove-replaced'] : [];
  const job = await restore(tenant, points, kind, '--in-place', '--overwrite', ...remove);
  const { volumes, replacedVolumes = [] } = resultOf(job);
  await assertSame(tour, points.truth, volumes, `in place from ${kind}`);
  const after = await instanceOf(tenant, instanceId);
  assert.equal(after.State?.Name, 'running');
  assert.deepEqual(
    after.BlockDeviceMappings?.map(({ Ebs }) => Ebs?.VolumeId).toSorted(),
    volumes.map(({ volumeId }) => volumeId).toSorted(),
  );
  assert.deepEqual(replacedVolumes.map(({ volumeId }) => volumeId).toSorted(), before.toSorted());
  assert.ok(
    replacedVolumes.every(({ kept }) => kept === (old === 'keep')),
    old === 'keep' ? 'the replaced volumes are kept' : 'the replaced volumes are removed',
  );
  if (old === 'keep') {
    const states = (await volumesOf(tenant, before)).map(({ State }) => State);
    assert.deepEqual(states, ['available', 'available'], 'the replaced volumes are kept');
    assert.deepEqual(await truthOf(tour, before), replaced, 'as they were');
  } else await assert.rejects(volumesOf(tenant, before), { name: 'InvalidVolume.NotFound' });
};

export const o4: Row = {
  row: 'O4',
  title: 'restore from each of the three kinds: whole instance, in place, single volumes, attached volumes',
  async run(tour) {
    const globex = await tour.globex();
    const points = await threePoints(tour, globex);
    const other = await runInstance(tour, globex, 'other');
    await Promise.all(KINDS.map((kind) => outOfPlace(tour, globex, points, kind, other.instanceId)));
    await inPlace(tour, globex, points, 'streaming', 'keep');
    await inPlace(tour, globex, points, 'snapshot', 'keep');
    await inPlace(tour, globex, points, 'copy', 'remove');
    return 'from a streaming backup, a snapshot and a backup copy: a new instance, a single volume, a volume attached to another instance, and the instance itself in place, all compared byte for byte; the replaced volumes were kept as they were, and removed where that was asked for';
  },
};
