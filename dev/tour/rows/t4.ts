import assert from 'node:assert/strict';
import type { JobView } from '../../../core/contracts/api.ts';
import { work } from '../instances.ts';
import { pointOf, runJob } from '../jobs.ts';
import type { Row } from '../row.ts';
import { threePoints } from '../three-points.ts';

const MACHINES = ['backup', 'snapshot', 'backup-copy', 'restore'];

export const t4: Row = {
  row: 'T4',
  title: 'state machines run the four jobs; Lambda steps assume the tenant’s role; access nodes move the data',
  async run(tour) {
    const { local, operator } = tour;
    const acme = await tour.acme();
    const { instance, volumeIds } = await threePoints(tour, acme);
    await work(tour, volumeIds[1], 2);
    const since = local.cloud.trail.mark();
    const backup = await runJob(acme, 'backup', 'start', instance.instanceId);
    const snapshot = await runJob(acme, 'snapshot', 'start', instance.instanceId);
    const copy = await runJob(acme, 'backup-copy', 'start', pointOf(snapshot));
    const restore = await runJob(acme, 'restore', 'start', pointOf(backup), '--volumes', '--volume', volumeIds[0]);
    const machines: string[] = [];
    for (const { jobId } of [backup, snapshot, copy, restore]) {
      const job = await operator.ask<JobView>(['job', 'show', jobId, '--tenant', acme.hypervisorId]);
      machines.push(job.executionArn?.split(':')[6] ?? '');
    }
    const prefix = `holdfast-${local.place.stage}-`;
    assert.deepEqual(
      machines,
      MACHINES.map((name) => `${prefix}${name}`),
    );

    const records = await local.cloud.trail.records({ since });
    const by = (eventName: string) => records.filter((record) => record.eventName === eventName);
    const taken = by('CreateSnapshots');
    assert.ok(taken.length >= 2);
    for (const { userIdentity } of taken)
      assert.match(userIdentity.arn, new RegExp(`^arn:aws:sts::${acme.accountId}:assumed-role/holdfast-tenant/`));
    assert.ok(by('ListChangedBlocks').length > 0, 'volumes’ block lists are read by steps');
    const counts = local.cloud.trail.counts({ since });
    const moved = (action: string) =>
      counts
        .filter((each) => each.action === action && each.outcome === 'ok')
        .reduce((sum, { count }) => sum + count, 0);
    const [read, written] = [moved('GetSnapshotBlock'), moved('PutSnapshotBlock')];
    assert.ok(read > 0 && written > 0, `${read} blocks read, ${written} written`);

    const items = async (key: string) => {
      const { Items } = await tour.aws<{ Items: Record<string, { S?: string }>[] }>('dynamodb', 'Scan', {
        TableName: `holdfast-${local.place.stage}`,
      });
      return Items.filter((item) => JSON.stringify(item).includes(key));
    };
    assert.ok((await items(restore.jobId)).length > 0, 'job state is in DynamoDB');
    assert.ok((await items(acme.hypervisorId)).some((item) => JSON.stringify(item).includes('serviceId')));
    return `backup, snapshot, backup-copy and restore ran in the machines of these names; every snapshot was taken under the tenant’s own role; access nodes read ${read} blocks and wrote ${written}; bindings and job state are in DynamoDB`;
  },
};
