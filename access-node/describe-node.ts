import { release } from 'node:os';
import type { NodeDescription } from '../core/contracts/orders.ts';
import type { NodeConfiguration } from './configuration.ts';
import { NODE_VERSION } from './version.ts';

/** What this node says of itself when it registers. */
export const describeNode = ({ nodeName, origin, zone, ec2InstanceId, slots }: NodeConfiguration): NodeDescription => ({
  name: nodeName,
  origin,
  os: process.platform === 'win32' ? 'windows' : 'linux',
  osVersion: release(),
  version: NODE_VERSION,
  slots,
  ...(zone === undefined ? {} : { zone }),
  ...(ec2InstanceId === undefined ? {} : { ec2InstanceId }),
});
