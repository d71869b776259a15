import assert from 'node:assert/strict';
import { request } from 'node:http';
import { createApiClient } from '../../../cli/api-client.ts';
import type { JobView } from '../../../core/contracts/api.ts';
import { tenantRoutes } from '../../../core/contracts/api.ts';
import { eventually } from '../eventually.ts';
import { runInstance } from '../instances.ts';
import { anyPoint } from '../jobs.ts';
import type { Row } from '../row.ts';

/** The status of the answer to a request without a signature. */
const unsigned = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request(url, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

export const t2: Row = {
  row: 'T2',
  title: 'tenants start restores with an API Gateway call',
  async run(tour) {
    const { local } = tour;
    const [acme, globex] = [await tour.acme(), await tour.globex()];
    const pointId = await anyPoint(acme, async () => (await runInstance(tour, acme)).instanceId);
    const body = { recoveryPointId: pointId, target: { kind: 'volumes' } } as const;
    const withKey = (user: typeof acme.user, idempotencyKey: string) =>
      createApiClient({
        url: new URL(local.apiUrl),
        region: local.place.region,
        credentials: async () => user,
        idempotencyKey,
      });

    const key = `tour-${Date.now()}`;
    const { jobId } = await withKey(acme.user, key).call(tenantRoutes.startRestore, { body });
    const again = await withKey(acme.user, key).call(tenantRoutes.startRestore, { body });
    assert.equal(again.jobId, jobId, 'the same key again is the same job');
    const other = { ...body, volumeTags: 'leave-out' } as const;
    await assert.rejects(withKey(acme.user, key).call(tenantRoutes.startRestore, { body: other }), {
      name: 'Conflict',
    });
    const job = await eventually(
      'the restore ends',
      () => acme.ask<JobView>(['job', 'show', jobId]),
      ({ endedAt }) => endedAt !== undefined,
    );
    assert.equal(job.state, 'completed', JSON.stringify(job.error));

    // The tenant is who signed: the same request in another tenant's name finds nothing, and no field names another.
    await assert.rejects(globex.api.call(tenantRoutes.startRestore, { body }), { name: 'NotFound' });
    await assert.rejects(globex.api.call(tenantRoutes.getJob, { params: { jobId } }), { name: 'NotFound' });
    const forged = { ...body, hypervisorId: acme.hypervisorId } as never;
    await assert.rejects(globex.api.call(tenantRoutes.startRestore, { body: forged }), { name: 'InvalidRequest' });
    assert.equal(await unsigned(`${local.apiUrl}/jobs`), 403);
    return 'a signed POST /restores started one job however often it was sent under one idempotency key, and another request under that key was refused; the tenant is who signed: for another account the recovery point and the job do not exist, and unsigned calls end at API Gateway';
  },
};
