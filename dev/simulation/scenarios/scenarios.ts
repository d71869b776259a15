import type { Scenario } from '../run.ts';
import { backup } from './backup.ts';
import { backupAndRestore } from './backup-and-restore.ts';
import { snapshotAndCopy } from './snapshot-and-copy.ts';
import { twoTenants } from './two-tenants.ts';
import { zombie } from './zombie.ts';

/** By the name that `npm run sim -- --scenario` takes. To add one is to add a line. */
export const scenarios: Readonly<Record<string, Scenario>> = {
  backup,
  'backup-and-restore': backupAndRestore,
  'snapshot-and-copy': snapshotAndCopy,
  'two-tenants': twoTenants,
  zombie,
};
