import type { Ebs } from './ebs.ts';

const MINUTE_MS = 60_000;

/** A snapshot to which nothing is written any more, and that is not completed, ends in error. */
export const watchIdleSnapshots = (ebs: Ebs): void => {
  const { ec2, lastWrites } = ebs;
  ec2.transitions.on('snapshot-idle', (id) => {
    const snapshot = ec2.snapshots.get(id);
    if (!snapshot?.direct || snapshot.direct.sealed || snapshot.state !== 'pending') return;
    const last = Math.max(snapshot.direct.lastWriteAt, lastWrites.get(id) ?? 0);
    const left = last + snapshot.direct.timeoutMinutes * MINUTE_MS - ec2.now;
    if (left > 0) return ec2.transitions.after(left, 'snapshot-idle', id);
    ec2.snapshots.change(id, { state: 'error', stateMessage: 'The snapshot timed out.' });
    ec2.storage.abandonWriting(id, snapshot.direct.parentManifest);
    lastWrites.delete(id);
  });
};
