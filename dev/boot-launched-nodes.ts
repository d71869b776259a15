import { ACCESS_NODE_TAG } from '../core/domain/automatic-nodes.ts';
import { settingsOfUserData } from '../core/domain/node-user-data.ts';
import type { Cloud } from '../local/cloud.ts';
import { type Guest, guestOf, runningGuests } from '../local/ec2/guest.ts';
import { type AccessNodeProcess, startAccessNode } from './access-node-process.ts';

interface Place {
  readonly cloud: Cloud;
  readonly projectDir: string;
  readonly dataDir: string;
}

export interface LaunchedNodes {
  /** By EC2 instance. */
  readonly running: ReadonlyMap<string, AccessNodeProcess>;
  /** Ends the processes, each as its instance would at a shutdown. */
  stop(): Promise<void>;
}

/** Of an instance that was launched as an access node; undefined of any other. What the user data's script adds is added here. */
const nodeEnvironmentOf = ({ tags, userData, instanceId, zone }: Guest) => {
  const settings = ACCESS_NODE_TAG in tags && userData !== undefined ? settingsOfUserData(userData) : undefined;
  return (
    settings && {
      ...settings,
      HOLDFAST_NODE_NAME: instanceId,
      HOLDFAST_NODE_ORIGIN: 'automatic',
      HOLDFAST_EC2_INSTANCE_ID: instanceId,
      HOLDFAST_ZONE: zone,
    }
  );
};

/**
 * In the place of the machines that the local EC2 does not have: boots a process for each instance that was launched as an
 * access node, in whatever account, as its user data says and with the credentials of its instance profile, and ends it
 * when the instance stops. Starts with those that run already.
 */
export const bootLaunchedNodes = ({ cloud, projectDir, dataDir }: Place): LaunchedNodes => {
  const running = new Map<string, AccessNodeProcess>();
  const ending = new Set<Promise<void>>();

  const boot = (guest: Guest): void => {
    const { instanceId, roleArn } = guest;
    const environment = nodeEnvironmentOf(guest);
    if (!environment || roleArn === undefined || running.has(instanceId)) return;
    running.set(
      instanceId,
      startAccessNode({ cloud, projectDir, dataDir, nodeId: `node-${instanceId}`, roleArn, environment }),
    );
  };
  const end = (instanceId: string): void => {
    const node = running.get(instanceId);
    if (!node) return;
    running.delete(instanceId);
    const ended = node.stop().finally(() => ending.delete(ended));
    ending.add(ended);
  };

  const unsubscribe = cloud.kernel.onEvent((event) => {
    if (event['detail-type'] !== 'EC2 Instance State-change Notification') return;
    const instanceId = String(event.detail['instance-id']);
    if (event.detail.state !== 'running') return end(instanceId);
    const guest = guestOf(cloud.kernel, instanceId);
    if (guest) boot(guest);
  });
  for (const guest of runningGuests(cloud.kernel)) boot(guest);

  return {
    running,
    async stop() {
      unsubscribe();
      for (const instanceId of [...running.keys()]) end(instanceId);
      await Promise.all(ending);
    },
  };
};
