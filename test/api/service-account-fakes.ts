/** What there is in service accounts, in memory: what launches nodes, profiles, the roles of nodes, queues. */
import type { AutomaticNodes } from '../../core/domain/automatic-nodes.ts';
import { serviceAccountNames } from '../../core/domain/automatic-nodes.ts';
import { InvalidRequest, TransientFailure } from '../../core/domain/errors.ts';
import type { ServiceAccount } from '../../core/ports/service-account.ts';
import type { World } from './world.ts';
import { PROVIDER } from './world-records.ts';

export const withServiceAccounts = (world: World) => {
  const groups = new Map<string, AutomaticNodes & { desired: number; instances?: readonly string[] }>();
  const profiles = new Set<string>();
  const roles = new Map<string, string>();
  const names = new Set<string>();
  const queues = new Set<string>();
  /** Operations that fail from now on. */
  const failing = new Set<string>();
  const fail = (operation: string): void => {
    if (failing.has(operation)) throw new TransientFailure(`${operation} did not answer`);
  };
  const checkZones = (zones: readonly string[]): void => {
    if (zones.some((zone) => zone.endsWith('z')))
      throw new InvalidRequest('Access nodes cannot be launched in that zone.', { field: 'zone' });
  };

  world.deps.serviceAccounts.open = async ({ hypervisorId }): Promise<ServiceAccount> => {
    const { autoScalingGroupName, launchTemplateName } = serviceAccountNames('test', hypervisorId);
    const change = (name: string, more: object): void => {
      const group = groups.get(name);
      if (group) groups.set(name, { ...group, ...more });
    };
    return {
      async ensureAutoScaling(nodes) {
        checkZones(nodes.zones);
        groups.set(autoScalingGroupName, { desired: 0, ...nodes });
        fail('ensureAutoScaling');
        return { autoScalingGroupName, launchTemplateName };
      },
      async describeAutoScaling(name) {
        const group = groups.get(name);
        if (!group) return undefined;
        const { zones, desired, most, instances = [] } = group;
        const there = instances.map((instanceId) => ({ instanceId, ending: false }));
        return { zones, desired, inService: desired, most, instances: there };
      },
      async setZones(name, zones, subnets) {
        checkZones(zones);
        change(name, { zones, subnets });
      },
      setDesired: async (name, desired) => change(name, { desired }),
      async endNode(name, instanceId) {
        fail('endNode');
        const { desired = 0, instances = [] } = groups.get(name) ?? {};
        change(name, { desired: desired - 1, instances: instances.filter((each) => each !== instanceId) });
      },
      hasInstanceProfile: async (name) => profiles.has(name),
      async removeAutoScaling(made) {
        fail('removeAutoScaling');
        groups.delete(made.autoScalingGroupName);
      },
    };
  };
  Object.assign(world.deps.nodeRoles, {
    ensureNodeRole: async (hypervisorId: string, nodeRoleArn = 'its own instances') => {
      roles.set(hypervisorId, nodeRoleArn);
      fail('ensureNodeRole');
      return `arn:aws:iam::${PROVIDER}:role/${serviceAccountNames('test', hypervisorId).nodeControlRoleName}`;
    },
    remove: async (hypervisorId: string) => void roles.delete(hypervisorId),
  });
  Object.assign(world.deps.brokerNames, {
    ensure: async (hypervisorId: string) => void names.add(hypervisorId),
    remove: async (hypervisorId: string) => void names.delete(hypervisorId),
  });
  Object.assign(world.deps.queues, {
    ensure: async (name: string) => {
      queues.add(name);
      return `https://sqs.eu-central-1.amazonaws.com/${PROVIDER}/${name}`;
    },
    find: async (name: string) =>
      queues.has(name) ? `https://sqs.eu-central-1.amazonaws.com/${PROVIDER}/${name}` : undefined,
    remove: async (url: string) => {
      fail('removeQueue');
      queues.delete(url.slice(url.lastIndexOf('/') + 1));
    },
  });
  return { groups, profiles, roles, names, queues, failing };
};
