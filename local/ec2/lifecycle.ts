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
export const resumeCopies = async (ec2: Ec2): Promise<void> => {
  const { snapshots, volumes, storage } = ec2;
  await storage.volumes.sweep((id) => volumes.get(id) !== undefined);
  const isWriting = (id: string): boolean => snapshots.get(id)?.state === 'pending';
  storage.manifests.sweep((user) => {
    const parentOf = / as child$/.test(user) ? user.replace(' as child', '') : undefined;
    return parentOf ? isWriting(parentOf) : snapshots.get(user) !== undefined || volumes.get(user) !== undefined;
  }, isWriting);
  const cut = [...ec2.snapshots.all()].filter(({ freezing }) => freezing);
  for (const { id } of cut.sort((a, b) => a.createdAt - b.createdAt)) freezeVolume(ec2, id);
  for (const { id, filling } of ec2.volumes.all()) if (filling) fillNewVolume(ec2, id);
};

/** A kill between a record and its transition leaves a state without an end: gives it one. */
export const resumeStates = (ec2: Ec2): void => {
  const { transitions } = ec2;
  const need = (kind: string, id: string): void => {
    if (!transitions.has(kind, id)) transitions.after(0, kind, id);
  };
  for (const { id, state, filling, attachment } of ec2.volumes.all()) {
    if (state === 'creating' && !filling) need('volume-created', id);
    if (state === 'deleting' || state === 'error') need('volume-gone', id);
    // Attachments made by a launch are finished by the instance's start.
    if (attachment?.state === 'attaching' && ec2.instances.get(attachment.instanceId)?.state !== 'pending')
      need('volume-attached', id);
    if (attachment?.state === 'detaching') need('volume-detached', id);
  }
  for (const { id, state, stateMessage, freezing, direct } of ec2.snapshots.all()) {
    if (state !== 'pending' || freezing) continue;
    if (direct && !direct.sealed) need('snapshot-idle', id);
    else if (stateMessage !== undefined) need('snapshot-failed', id);
    else need('snapshot-completed', id);
  }
  for (const { id, state } of ec2.instances.all()) {
    if (state === 'pending') need('instance-started', id);
    if (state === 'stopping') need('instance-stopped', id);
    if (state === 'shutting-down') need('instance-terminated', id);
    if (state === 'terminated') need('instance-gone', id);
  }
};
