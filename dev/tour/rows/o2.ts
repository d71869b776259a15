import assert from 'node:assert/strict';
import { commandsSentTo, setAgent } from '../guest-agent.ts';
import { runInstance, snapshotsOf, tagsOf } from '../instances.ts';
import { onlyInstance, pointOf, runJob, showPoint } from '../jobs.ts';
import type { Row } from '../row.ts';
import { SECOND_BUCKET } from '../second-service.ts';
import { windowsInstance } from '../windows.ts';
import { writtenObjects } from '../written-objects.ts';

const [FREEZE, THAW] = ['fsfreeze -f /data', 'fsfreeze -u /data'];

export const o2: Row = {
  row: 'O2',
  title: 'IntelliSnap backup: snapshots of all volumes at one instant are the recovery point',
  async run(tour) {
    const { local } = tour;
    const globex = await tour.globex();
    const { instanceId, volumes } = await runInstance(tour, globex);
    const volumeIds = volumes.map(({ volumeId }) => volumeId);
    await setAgent(tour, instanceId, true);
    const since = local.cloud.trail.mark();
    const commands = ['--freeze', FREEZE, '--thaw', THAW];
    const still = await runJob(globex, 'snapshot', 'start', instanceId, ...commands);
    assert.deepEqual(onlyInstance(still).consistency, { kind: 'application' });
    assert.deepEqual(
      (await commandsSentTo(tour, instanceId)).map((command) => command.trim().split('\n').at(-1)),
      [FREEZE, THAW],
    );
    const pointId = pointOf(still);
    const snapshots = await snapshotsOf(globex, volumeIds);
    const mine = snapshots.filter(({ Tags }) => tagsOf(Tags)['holdfast:recovery-point'] === pointId);
    assert.deepEqual(mine.map(({ VolumeId }) => VolumeId).toSorted(), volumeIds.toSorted());
    assert.deepEqual((await showPoint(globex, pointId)).kind, 'snapshot');
    const account = globex.accountId;
    const sets = await local.cloud.trail.records({ since, account, eventName: 'CreateSnapshots' });
    assert.equal(sets.length, 1, 'one CreateSnapshots for all volumes: one instant');
    assert.equal((await writtenObjects(tour, since)).has(SECOND_BUCKET), false, 'nothing comes to the library');

    await setAgent(tour, instanceId, false);
    const crash = await runJob(globex, 'snapshot', 'start', instanceId, ...commands);
    const { consistency } = onlyInstance(crash);
    assert.equal(consistency?.kind, 'crash', 'nothing could hold still');
    assert.match(consistency?.reason ?? '', /agent .* does not answer/);

    const windows = await runJob(
      globex,
      ...['snapshot', 'start', await windowsInstance(tour, globex), '--application-consistent'],
    );
    assert.deepEqual(onlyInstance(windows).consistency, { kind: 'application' });
    return 'both volumes in one CreateSnapshots, kept in the tenant’s account under the recovery point’s tag, nothing in the library; application-consistent between freeze and thaw on Linux and by VSS on Windows; without an agent crash-consistent, saying why';
  },
};
