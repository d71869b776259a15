import type { AccessNodeView } from '../contracts/api.ts';
import { type AccessNode, accessNodeStatus } from './access-node.ts';
import { defined, time } from './view-fields.ts';

/** Operators only: to a tenant there are no access nodes (A5). */
export const accessNodeView = (node: AccessNode, now: number): AccessNodeView => ({
  nodeId: node.nodeId,
  serviceId: node.serviceId,
  name: node.name,
  origin: node.origin,
  status: accessNodeStatus(node, now),
  ...defined({
    os: node.os,
    osVersion: node.osVersion,
    version: node.version,
    zone: node.zone,
    ec2InstanceId: node.ec2InstanceId,
    slots: node.slots,
    held: node.held,
    registeredAt: node.registeredAt === undefined ? undefined : time(node.registeredAt),
    heartbeatAt: node.heartbeatAt === undefined ? undefined : time(node.heartbeatAt),
  }),
});
