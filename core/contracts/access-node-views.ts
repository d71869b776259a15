/** What the API answers of access nodes. Times are ISO-8601 UTC. */
import { z } from 'zod';
import { HypervisorId, NodeId } from './ids.ts';

const Time = z.iso.datetime();

export const AccessNodeView = z.strictObject({
  nodeId: NodeId,
  serviceId: HypervisorId,
  name: z.string(),
  origin: z.enum(['manual', 'automatic']),
  status: z.enum(['expected', 'online', 'busy', 'draining', 'lost']),
  os: z.enum(['linux', 'windows']).optional(),
  osVersion: z.string().optional(),
  version: z.string().optional(),
  zone: z.string().optional(),
  ec2InstanceId: z.string().optional(),
  slots: z.int().optional(),
  held: z.int().optional(),
  registeredAt: Time.optional(),
  heartbeatAt: Time.optional(),
});
export type AccessNodeView = z.infer<typeof AccessNodeView>;

/**
 * A node that was added, and the environment that it is to be started with. `instanceProfileName`: what its EC2 instance
 * has to run with, in the service hypervisor's account.
 */
export const AddedAccessNode = AccessNodeView.extend({
  environment: z.record(z.string(), z.string()),
  instanceProfileName: z.string(),
});
export type AddedAccessNode = z.infer<typeof AddedAccessNode>;
