import { startDeletion } from './delete-volume.ts';
import type { Ec2 } from './ec2.ts';
import { volumesOf } from './find.ts';
import type { Instance, InstanceStateName } from './records.ts';

const CODES: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** How long a terminated instance still shows, ms. */
const TERMINATED_SHOWS_MS = 3_600_000;

export const stateXml = (name: InstanceStateName) => ({ code: CODES[name], name });

/** Sets an instance's state and tells EventBridge. */
export const enterState = (ec2: Ec2, id: string, state: InstanceStateName, more: Partial<Instance> = {}): void => {
  const instance = ec2.instances.change(id, { ...more, state });
  if (!instance) return;
  const { accountId, region } = instance;
  ec2.kernel.emit({
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    account: accountId,
    region,
    time: new Date(ec2.now).toISOString(),
    resources: [`arn:aws:ec2:${region}:${accountId}:instance/${id}`],
    detail: { 'instance-id': id, state },
  });
};

export const startInstance = (ec2: Ec2, id: string): void => {
  enterState(ec2, id, 'pending', { launchedAt: ec2.now, transitionReason: '' });
  ec2.transitions.after(ec2.settings.instanceStartMs, 'instance-started', id);
};

export const stopInstance = (ec2: Ec2, id: string): void => {
  enterState(ec2, id, 'stopping', byUser(ec2, 'shutdown'));
  ec2.transitions.after(ec2.settings.instanceStopMs, 'instance-stopped', id);
};

export const terminateInstance = (ec2: Ec2, id: string): void => {
  enterState(ec2, id, 'shutting-down', byUser(ec2, 'shutdown'));
  ec2.transitions.after(ec2.settings.instanceTerminationMs, 'instance-terminated', id);
};

const byUser = (ec2: Ec2, what: string): Partial<Instance> => ({
  transitionReason: `User initiated (${new Date(ec2.now).toISOString().replace('T', ' ').slice(0, 19)} GMT)`,
  stateReason: {
    code: `Client.UserInitiatedShutdown`,
    message: `Client.UserInitiatedShutdown: User initiated ${what}`,
  },
});

/** What happens to instances as time passes. */
export const watchInstances = (ec2: Ec2): void => {
  const { instances, volumes, transitions } = ec2;
  transitions.on('instance-started', (id) => {
    const instance = instances.get(id);
    if (instance?.state !== 'pending') return;
    if (instance.failure) {
      enterState(ec2, id, 'shutting-down', { stateReason: instance.failure });
      return transitions.after(ec2.settings.instanceTerminationMs, 'instance-terminated', id);
    }
    const attached = volumesOf(ec2, instance);
    // Volumes of a launch may still be copied from their snapshots.
    if (attached.some(({ filling }) => filling)) {
      return transitions.after(Math.max(10, ec2.settings.instanceStartMs), 'instance-started', id);
    }
    for (const { id: volumeId, attachment } of attached) {
      if (attachment?.state === 'attaching')
        volumes.change(volumeId, { attachment: { ...attachment, state: 'attached' } });
    }
    enterState(ec2, id, 'running');
  });
  transitions.on('instance-stopped', (id) => {
    if (instances.get(id)?.state === 'stopping') enterState(ec2, id, 'stopped');
  });
  transitions.on('instance-terminated', (id) => {
    const instance = instances.get(id);
    if (instance?.state !== 'shutting-down') return;
    for (const volume of volumesOf(ec2, instance)) {
      if (volume.attachment?.deleteOnTermination) {
        startDeletion(ec2, volume.id);
        continue;
      }
      const { attachment: _, ...rest } = volume;
      volumes.put({ ...rest, state: volume.state === 'error' ? 'error' : 'available' });
    }
    enterState(ec2, id, 'terminated');
    transitions.after(TERMINATED_SHOWS_MS, 'instance-gone', id);
  });
  transitions.on('instance-gone', (id) => {
    if (instances.get(id)?.state === 'terminated') instances.delete(id);
  });
};
