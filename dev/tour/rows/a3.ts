import assert from 'node:assert/strict';
import type { HypervisorView } from '../../../core/contracts/api.ts';
import { assertSame, runInstance, truthOf } from '../instances.ts';
import { pointOf, resultOf, runJob } from '../jobs.ts';
import type { Row } from '../row.ts';
import { SECOND_BUCKET } from '../second-service.ts';
import type { TourTenant } from '../tenant.ts';
import type { Tour } from '../world.ts';
import { writtenObjects } from '../written-objects.ts';

const throughOwnService = async (tour: Tour, tenant: TourTenant): Promise<void> => {
  const { instanceId, volumes } = await runInstance(tour, tenant);
  const truth = await truthOf(
    tour,
    volumes.map(({ volumeId }) => volumeId),
  );
  const point = pointOf(await runJob(tenant, 'backup', 'start', instanceId));
  const restored = await runJob(tenant, 'restore', 'start', point, '--volumes');
  await assertSame(tour, truth, resultOf(restored).volumes, tenant.name);
};

export const a3: Row = {
  row: 'A3',
  title: 'a tenant hypervisor is bound to a service hypervisor, and its jobs run on that one’s resources',
  async run(tour) {
    const { operator, local } = tour;
    await tour.nodes();
    const [first, second] = [await tour.service(), await tour.second()];
    const [acme, globex] = [await tour.acme(), await tour.globex()];

    await operator.ask<HypervisorView>(['hypervisor', 'unbind', globex.hypervisorId, '--leave-points']);
    try {
      const refusal = await globex.refused(['backup', 'start', 'i-0123456789abcdef0']);
      assert.equal(refusal.code, 'TenantNotBound');
    } finally {
      await operator.ask<HypervisorView>(['hypervisor', 'bind', globex.hypervisorId, '--to', second.hypervisorId]);
    }

    const since = local.cloud.trail.mark();
    await Promise.all([throughOwnService(tour, acme), throughOwnService(tour, globex)]);
    const written = await writtenObjects(tour, since);
    const ownBucket = `holdfast-${local.place.stage}-library-${first.accountId}`;
    for (const [tenant, service, bucket, prefix] of [
      [acme, first, ownBucket, first.hypervisorId],
      [globex, second, SECOND_BUCKET, 'holdfast'],
    ] as const) {
      const keys = written.get(bucket) ?? [];
      assert.ok(keys.length > 0, `nothing was written to ${bucket}, the library of ${tenant.name}’s side`);
      const strange = keys.filter((key) => !key.startsWith(`${prefix}/tenants/${tenant.hypervisorId}/`));
      assert.deepEqual(strange, [], `only ${tenant.name}’s data comes to ${service.name}’s library`);
    }
    const used = await operator.run(['hypervisor', 'remove', second.hypervisorId]);
    assert.match(used.stderr, new RegExp(`globex \\(${globex.hypervisorId}\\)`), 'who uses it is named');
    return 'two tenants on two service hypervisors side by side: backup and restore of each ran there, its data came to that one’s library only, byte for byte; unbound, nothing starts; one in use cannot be removed, naming who uses it';
  },
};
