import backup from '../../statemachines/backup.asl.yaml';
import backupCopy from '../../statemachines/backup-copy.asl.yaml';
import restore from '../../statemachines/restore.asl.yaml';
import snapshot from '../../statemachines/snapshot.asl.yaml';
import snapshots from '../../statemachines/snapshots.asl.yaml';
import transfer from '../../statemachines/transfer.asl.yaml';
import type { DrawnMachine } from './machine.ts';

/** Those of jobs by the job's type, and what they run. */
export const MACHINES: Readonly<Record<string, DrawnMachine>> = {
  backup,
  'backup-copy': backupCopy,
  restore,
  snapshot,
  snapshots,
  transfer,
};
