import { availableParallelism, hostname } from 'node:os';
import { HypervisorId, NodeId } from '../core/contracts/ids.ts';

export interface NodeConfiguration {
  readonly nodeId: string;
  /** What people read; the host's name if nothing else is said. */
  readonly nodeName: string;
  /** The service hypervisor whose node this is. */
  readonly serviceId: string;
  readonly origin: 'manual' | 'automatic';
  /** Availability zone, and EC2 instance, where it is one. */
  readonly zone: string | undefined;
  readonly ec2InstanceId: string | undefined;
  /** Of the control plane: queues, broker, work area. */
  readonly region: string;
  readonly brokerFunction: string;
  /** In order of priority. */
  readonly queueUrls: readonly string[];
  /** Orders at once; each has a thread of its own. */
  readonly slots: number;
  readonly visibilitySeconds: number;
  /** How long one look into the queues waits for something to come. */
  readonly pollSeconds: number;
  /** To EBS, per order, at most: each holds a block's buffer; as many are opened as make it faster. */
  readonly connections: number;
  /** `fast` is zstd 1, `default` zstd 3. */
  readonly level: 'fast' | 'default';
  /** The control plane's role that this node assumes; absent: the node's own credentials are used as they are. */
  readonly roleArn: string | undefined;
  /** How long running orders may go on after the node was asked to stop. */
  readonly graceSeconds: number;
  readonly transport: 'http' | 'sdk';
  /** Of EBS, where it is not AWS's own. */
  readonly ebsEndpoint: string | undefined;
  /** Of S3, where it is not AWS's own; buckets are then a part of the path rather than of the host's name. */
  readonly s3Endpoint: string | undefined;
  /** Where the node says how it is, on the loopback interface; 0: any free port; absent: nowhere. */
  readonly healthPort: number | undefined;
  /** Where it leaves that port and who may let it drain, for the command of the same machine. */
  readonly stateFolder: string | undefined;
}

/** The environment does not say what the node needs; the message names everything that is missing or wrong. */
export class BadConfiguration extends Error {
  override readonly name = 'BadConfiguration';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads everything once. Throws BadConfiguration. */
export const readConfiguration = (environment: Environment, uuid: () => string): NodeConfiguration => {
  const problems: string[] = [];
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const required = (name: string, what: string): string => {
    const value = text(name);
    if (value === undefined) problems.push(`${name} is missing: ${what}`);
    return value ?? '';
  };
  const count = (name: string, fallback: number, least: number, most: number): number => {
    const value = text(name);
    const number = value === undefined ? fallback : Number(value);
    if (!Number.isInteger(number) || number < least || number > most)
      problems.push(`${name} is ${JSON.stringify(value)}: a whole number from ${least} to ${most} is needed`);
    return number;
  };
  const choice = <T extends string>(name: string, choices: Readonly<Record<string, T>>, fallback: T): T => {
    const value = text(name);
    const chosen = value === undefined ? fallback : choices[value];
    if (chosen === undefined)
      problems.push(`${name} is ${JSON.stringify(value)}: one of ${Object.keys(choices).join(', ')}`);
    return chosen ?? fallback;
  };

  const nodeId = text('HOLDFAST_NODE_ID') ?? `node-${uuid()}`;
  if (!NodeId.safeParse(nodeId).success)
    problems.push(`HOLDFAST_NODE_ID is ${JSON.stringify(nodeId)}: "node-" and 8 to 44 of [a-z0-9-] are needed`);
  const serviceId = required('HOLDFAST_SERVICE_ID', 'the id of the service hypervisor whose node this is');
  if (serviceId !== '' && !HypervisorId.safeParse(serviceId).success)
    problems.push(`HOLDFAST_SERVICE_ID is ${JSON.stringify(serviceId)}: a hypervisor's id (hv-…) is needed`);
  const queueUrls = required('HOLDFAST_QUEUES', "the queues' URLs, restores first, with commas between")
    .split(',')
    .map((url) => url.trim())
    .filter(Boolean);
  const stateFolder = text('HOLDFAST_STATE_FOLDER');
  const configuration: NodeConfiguration = {
    nodeId,
    nodeName: (text('HOLDFAST_NODE_NAME') ?? hostname() ?? nodeId).slice(0, 64),
    serviceId,
    origin: choice('HOLDFAST_NODE_ORIGIN', { manual: 'manual', automatic: 'automatic' }, 'manual'),
    zone: text('HOLDFAST_ZONE'),
    ec2InstanceId: text('HOLDFAST_EC2_INSTANCE_ID'),
    region: required('AWS_REGION', "the control plane's region"),
    brokerFunction: required('HOLDFAST_BROKER_FUNCTION', "the broker's function name or ARN"),
    queueUrls,
    slots: count('HOLDFAST_SLOTS', availableParallelism(), 1, 64),
    visibilitySeconds: count('HOLDFAST_VISIBILITY_SECONDS', 60, 3, 43_200),
    pollSeconds: count('HOLDFAST_POLL_SECONDS', 20, 0, 20),
    connections: count('HOLDFAST_CONNECTIONS', 64, 1, 256),
    level: choice('HOLDFAST_LEVEL', { '1': 'fast', fast: 'fast', '3': 'default', default: 'default' }, 'default'),
    roleArn: text('HOLDFAST_NODE_ROLE_ARN'),
    graceSeconds: count('HOLDFAST_GRACE_SECONDS', 30, 0, 3_600),
    transport: choice('HOLDFAST_TRANSPORT', { http: 'http', sdk: 'sdk' }, 'http'),
    ebsEndpoint: text('AWS_ENDPOINT_URL_EBS') ?? text('AWS_ENDPOINT_URL'),
    s3Endpoint: text('AWS_ENDPOINT_URL_S3') ?? text('AWS_ENDPOINT_URL'),
    healthPort:
      text('HOLDFAST_HEALTH_PORT') === undefined && stateFolder === undefined
        ? undefined
        : count('HOLDFAST_HEALTH_PORT', 0, 0, 65_535),
    stateFolder,
  };
  if (problems.length > 0) throw new BadConfiguration(problems.join('\n'));
  return Object.freeze(configuration);
};
