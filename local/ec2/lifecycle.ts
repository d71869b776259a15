import type { Ec2 } from './ec2.ts';
import { freezeVolume } from './make-snapshot.ts';
import { fillNewVolume } from './make-volume.ts';

/** What happens to volumes and snapshots as time passes. */
export const watchVolumesAndSnapshots = (ec2: Ec2): void => {
  const { volumes, snapshots, transitions, storage } = ec2;
  transitions.on('volume-created', (id) => {
    if (volumes.get(id)?.state === 'creating') volumes.change(id, { state: 'available' });
  });
  transitions.on('volume-attached', (id) => {
    const attachment = volumes.get(id)?.attachment;
    if (attachment?.state === 'attaching') volumes.change(id, { attachment: { ...attachment, state: 'attached' } });
  });
  transitions.on('volume-detached', (id) => {
    const volume = volumes.get(id);
    if (volume?.attachment?.state !== 'detaching') return;
    const { attachment: _, ...rest } = volume;
    volumes.put({ ...rest, state: 'available' });
  });
  transitions.on('volume-gone', (id) => {
    const volume = volumes.get(id);
    if (volume?.state !== 'deleting' && volume?.state !== 'error') return;
    void storage.volumes
      .remove(id)
      .then(() => volumes.delete(id))
      .catch((error: unknown) => console.error(`volume ${id} could not be removed:`, error));
  });
  transitions.on('snapshot-completed', (id) => {
    if (snapshots.get(id)?.state === 'pending') snapshots.change(id, { state: 'completed', completedAt: ec2.now });
  });
  transitions.on('snapshot-failed', (id) => {
    if (snapshots.get(id)?.state === 'pending') snapshots.change(id, { state: 'error' });
  });
};

/** Goes on with copies that a stop or kill cut short. Guest writes that come now wait behind them. */
export const resumeCopies = (ec2: Ec2): void => {
  const cut = [...ec2.snapshots.all()].filter(({ freezing }) => freezing);
  for (const { id } of cut.sort((a, b) => a.createdAt - b.createdAt)) freezeVolume(ec2, id);
  for (const { id, filling } of ec2.volumes.all()) if (filling) fillNewVolume(ec2, id);
  ec2.storage.manifests.collect();
};
