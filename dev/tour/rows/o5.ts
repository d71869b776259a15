import assert from 'node:assert/strict';
import type { AccessNodeView } from '../../../core/contracts/api.ts';
import { eventually } from '../eventually.ts';
import { assertSame, instanceOf, truthOf } from '../instances.ts';
import { pointOf, resultOf, runJob } from '../jobs.ts';
import type { Row } from '../row.ts';
import { windowsInstance } from '../windows.ts';

const OS = process.platform === 'win32' ? 'windows' : 'linux';

export const o5: Row = {
  row: 'O5',
  title: 'access nodes and instances may be Windows or Linux',
  async run(tour) {
    const { operator } = tour;
    const acme = await tour.acme();
    await tour.nodes();
    for (const { hypervisorId } of [await tour.service(), await tour.second()]) {
      const list = ['access-node', 'list', '--service', hypervisorId];
      const [node] = await eventually(
        'its access node registers',
        async () => (await operator.ask<{ items: AccessNodeView[] }>(list)).items,
        ([first]) => first?.status === 'online' || first?.status === 'busy',
      );
      assert.deepEqual([node?.os, node?.origin], [OS, 'manual'], 'a node says what it runs on');
      assert.ok(node?.osVersion && node.version && node.slots);
    }

    const instanceId = await windowsInstance(tour, acme);
    const { BlockDeviceMappings = [], PlatformDetails } = await instanceOf(acme, instanceId);
    assert.equal(PlatformDetails, 'Windows');
    const truth = await truthOf(
      tour,
      BlockDeviceMappings.map(({ Ebs }) => Ebs?.VolumeId ?? ''),
    );
    const backup = await runJob(acme, 'backup', 'start', instanceId);
    const restored = resultOf(await runJob(acme, 'restore', 'start', pointOf(backup), '--name', 'windows again'));
    const again = await instanceOf(acme, restored.instanceId ?? '');
    assert.deepEqual([again.State?.Name, again.PlatformDetails], ['running', 'Windows'], 'its licence is kept');
    await assertSame(tour, truth, restored.volumes, 'the Windows instance');
    return `the access nodes registered themselves with operating system (${OS}, as this machine), version and slots; a Windows instance was backed up and restored byte for byte from a donor image, and runs as Windows again; Linux instances in every other row`;
  },
};
