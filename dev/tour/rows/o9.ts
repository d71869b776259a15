import assert from 'node:assert/strict';
import type { RestorePreview } from '../../../core/contracts/api.ts';
import { tagsOf, volumesOf } from '../instances.ts';
import { resultOf, runJob } from '../jobs.ts';
import type { Row } from '../row.ts';
import { threePoints } from '../three-points.ts';

export const o9: Row = {
  row: 'O9',
  title: 'volume tags: left out by default from the library and counted, restored from a snapshot or if asked',
  async run(tour) {
    const globex = await tour.globex();
    const { streaming, snapshot, copy, volumeIds } = await threePoints(tour, globex);
    const owners = async (point: string, ...more: readonly string[]) => {
      const result = resultOf(await runJob(globex, 'restore', 'start', point, '--volumes', ...more));
      const volumes = await volumesOf(
        globex,
        result.volumes.map(({ volumeId }) => volumeId),
      );
      return { tags: volumes.map(({ Tags }) => tagsOf(Tags).owner), leftOut: result.volumeTagsLeftOut };
    };
    const none = { tags: [undefined, undefined], leftOut: volumeIds.length };
    const all = { tags: [globex.name, globex.name], leftOut: 0 };
    const fromLibrary = ['--from', 'library'];
    const [ofStreaming, ofCopy, asked, ofSnapshot] = await Promise.all([
      owners(streaming),
      owners(copy, ...fromLibrary),
      owners(streaming, '--volume-tags', 'restore'),
      owners(snapshot),
    ]);
    assert.deepEqual(ofStreaming, none, 'from a streaming backup volume tags are left out');
    assert.deepEqual(ofCopy, none, 'from a backup copy volume tags are left out');
    assert.deepEqual(asked, all, 'if asked they are restored');
    assert.deepEqual(ofSnapshot, all, 'from a snapshot they are restored');
    const preview = await globex.ask<RestorePreview>(['restore', 'start', streaming, '--dry-run']);
    assert.equal(preview.volumeTagsLeftOut, volumeIds.length);
    assert.match(preview.rules.find(({ rule }) => rule === 'O9')?.reason ?? '', /not restored: the default/);
    return 'restored from a streaming backup and from a backup copy the volumes have no tags, and the result (as the dry run) says that 2 were left out; with --volume-tags restore, and from a snapshot, they have them';
  },
};
