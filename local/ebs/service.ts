import { settingsRoutes } from '../ec2/settings-routes.ts';
import type { ServiceFactory } from '../kernel/service.ts';
import { completeSnapshot } from './complete-snapshot.ts';
import { Ebs } from './ebs.ts';
import { getSnapshotBlock } from './get-snapshot-block.ts';
import { watchIdleSnapshots } from './idle-snapshots.ts';
import { listChangedBlocks } from './list-changed-blocks.ts';
import { listSnapshotBlocks } from './list-snapshot-blocks.ts';
import { putSnapshotBlock } from './put-snapshot-block.ts';
import { changeEbsSettings } from './settings.ts';
import { startSnapshot } from './start-snapshot.ts';

/** The EBS direct APIs, over the snapshots of the EC2 beside it. */
export const createEbs: ServiceFactory = (kernel) => {
  const ebs = new Ebs(kernel);
  watchIdleSnapshots(ebs);
  return {
    name: 'ebs',
    protocol: 'rest-json',
    eventSource: 'ebs.amazonaws.com',
    operations: [
      completeSnapshot(ebs),
      getSnapshotBlock(ebs),
      listChangedBlocks(ebs),
      listSnapshotBlocks(ebs),
      putSnapshotBlock(ebs),
      startSnapshot(ebs),
    ],
    control: settingsRoutes(
      '/ebs/settings',
      () => ebs.settings,
      (changes) => changeEbsSettings(kernel.store, changes),
    ),
  };
};
