import { rmSync } from 'node:fs';
import { nodeEnvironment, serviceAccountNames } from '../../core/domain/automatic-nodes.ts';
import { brokerNameFor } from '../../core/domain/broker-name.ts';
import type { Cloud } from '../../local/cloud.ts';
import type { TablesInMemory } from '../../local/dynamodb/service.ts';
import { serveStacks } from '../deployment/stack-route.ts';
import type { Chaos } from './call.ts';
import { latencyOf, openGate, type Watch } from './gate.ts';
import { createPerson, type Person } from './person.ts';
import { type SimulatedNode, startSimulatedNode } from './simulated-node.ts';
import { createTrace, type Trace } from './trace.ts';
import { createRandom, type Random } from './virtual/seeded-random.ts';
import { runAsCloud, type SimProcess } from './virtual/sim-process.ts';
import { cpuMs, drive, rewind } from './virtual/virtual-clock.ts';
import { reseed } from './virtual/virtual-random.ts';
import { startSimulatedCloud, type World } from './world.ts';

/** What a scenario works with: one run of the world, under one seed. */
export interface Run {
  readonly seed: string;
  readonly world: World;
  readonly cloud: Cloud;
  readonly dataDir: string;
  readonly trace: Trace;
  /** For the scenario's own choices. */
  readonly random: Random;
  readonly operator: Person;
  /** In the order of the world's. */
  readonly tenants: readonly TenantPerson[];
  /** What tenants have made themselves (instances, volumes): its id, and the account that it is in. */
  readonly belongings: Map<string, string>;
  /** Whether calls, processes or events may fail: a job may then fail, too. */
  readonly chaotic: boolean;
  /** Starts an access node of the service hypervisor; `slots` orders at once are one. */
  startNode(): SimulatedNode;
  /** All that were started and live. */
  nodes(): readonly SimulatedNode[];
  /** Kills a node; another one is started after so many virtual milliseconds. One that a crash kills is replaced, too. */
  replaceNode(node: SimulatedNode, afterMs: number): void;
  /** What the scenario itself does to calls, before the run's chaos is asked. */
  intercept(how: Chaos): void;
  /** From here on nothing suffers anything: for what a scenario does when its chaos is over. */
  calm(): void;
  isCalm(): boolean;
  /** Says that all that the run suffers passes: every job must then complete (outcomes.ts). */
  passes(how: Passing): void;
  readonly passing: Passing | undefined;
  /** Calls an operation in an account as its administrator, past the gate: how invariants look. */
  aws<T>(service: string, operation: string, input: unknown, accountId?: string, region?: string): Promise<T>;
}

export interface Passing {
  /** Virtual time (ms since 1970) from which on nothing fails any more. */
  readonly by: number;
  /** So few times does something fail that each step's own retries are enough. */
  readonly few: boolean;
}

export interface TenantPerson extends Person {
  readonly accountId: string;
  readonly tenantId: string;
}

export interface RunOptions {
  readonly seed: string;
  readonly chaos?: (random: Random, run: Run) => Chaos;
  /** Access nodes from the beginning; default 2. */
  readonly nodes?: number;
  /** Virtual; default 7 days. */
  readonly limitMs?: number;
  /** The run's folder stays as it was at the end: for a world that begins there (crash/stage.ts). */
  readonly onKept?: (dataDir: string, tables: TablesInMemory, now: number) => void;
  readonly onOutput?: (process: SimProcess, text: string) => void;
  readonly watch?: Watch;
}

export interface RunReport {
  readonly seed: string;
  readonly hash: string;
  /** Calls and what happened to them, and how many. */
  readonly lines: readonly string[];
  readonly events: number;
  readonly virtualSeconds: number;
  /** Milliseconds of the processor's time that it took. */
  readonly cpuMs: number;
  /** Undefined: all is well. */
  readonly failure: Error | undefined;
  /** What the processes wrote last. */
  readonly said: readonly string[];
}

const SAID = 400;
/** A crashed node's machine is replaced by another. */
const REBOOT_MS = 30_000;

/** What is done in a run, until all that was begun has ended; throws if it ended otherwise than it may. */
export type Scenario = (run: Run) => Promise<void>;

/** Runs a scenario in a copy of the world; the same seed gives the same run, call by call. */
export const runScenario = async (world: World, scenario: Scenario, options: RunOptions): Promise<RunReport> => {
  const { seed, nodes: nodeCount = 2, limitMs } = options;
  const begun = cpuMs();
  rewind(world.now);
  reseed(seed);
  const { dataDir, tables } = world.copy();
  const trace = createTrace(world.now);
  const said: string[] = [];
  const onOutput = (process: SimProcess, text: string): void => {
    said.push(`${new Date().toISOString()} ${process.name} ${text}`);
    if (said.length > 2 * SAID) said.splice(0, SAID);
    options.onOutput?.(process, text);
  };
  const cloud = await drive(
    startSimulatedCloud(world.code, dataDir, tables, seed, { onProcess: () => undefined, onOutput }),
  );
  serveStacks(cloud, world.place.region);
  const living = new Set<SimulatedNode>();
  let started = 0;
  let chaos: Chaos = () => 'go';
  let own: Chaos = () => 'go';
  let calm = false;
  let passing: Passing | undefined;
  let failure: Error | undefined;
  const place = { apiUrl: world.apiUrl, endpoint: cloud.endpoint, region: world.place.region };

  const run: Run = {
    seed,
    world,
    cloud,
    dataDir,
    trace,
    random: createRandom(`scenario/${seed}`),
    operator: createPerson('operator', world.accounts.operator, place),
    tenants: world.accounts.tenants.map((tenant, index) => ({
      ...createPerson(tenant.name, tenant.user, place),
      accountId: tenant.accountId,
      tenantId: world.tenantIds[index] as string,
    })),
    belongings: new Map(),
    chaotic: options.chaos !== undefined,
    startNode() {
      const name = `node-${++started}`;
      const environment = environmentOf(world, cloud, name);
      const node = startSimulatedNode({ name, environment, onOutput, onCrash: () => run.replaceNode(node, REBOOT_MS) });
      living.add(node);
      return node;
    },
    nodes: () => [...living].filter(({ process }) => !process.dead),
    replaceNode(node, afterMs) {
      node.kill();
      living.delete(node);
      runAsCloud(() => setTimeout(() => calm || run.startNode(), afterMs));
    },
    intercept(how) {
      own = how;
    },
    calm() {
      calm = true;
    },
    isCalm: () => calm,
    passes(how) {
      passing = how;
    },
    get passing() {
      return passing;
    },
    aws: async <T>(service: string, operation: string, input: unknown, accountId?: string, region?: string) => {
      const principal = cloud.admin.rootPrincipal(accountId ?? world.place.accountId);
      return (await cloud.kernel.call(principal, region ?? world.place.region, service, operation, input)) as T;
    },
  };
  chaos = options.chaos?.(createRandom(`chaos/${seed}`), run) ?? chaos;
  const verdict: Chaos = (call) => {
    if (calm) return 'go';
    const first = own(call);
    return first === 'go' ? chaos(call) : first;
  };
  openGate({
    cloud,
    trace,
    latency: latencyOf(createRandom(`latency/${seed}`)),
    chaos: verdict,
    watch: options.watch,
  });
  const unhandled = (error: unknown): void => {
    failure ??= error instanceof Error ? error : new Error(String(error));
  };
  process.on('unhandledRejection', unhandled);
  const check = (): void => {
    if (failure) throw failure;
  };
  try {
    for (let i = 0; i < nodeCount; i++) run.startNode();
    await drive(scenario(run), { ...(limitMs === undefined ? {} : { limitMs }), check });
  } catch (error) {
    failure ??= error as Error;
  }
  const virtualSeconds = (Date.now() - world.now) / 1_000;
  const hash = trace.hash();
  for (const node of living) node.kill();
  openGate(undefined);
  await drive(cloud.stop()).catch(unhandled);
  process.off('unhandledRejection', unhandled);
  if (options.onKept) options.onKept(dataDir, tables, Date.now());
  else rmSync(dataDir, { recursive: true, force: true });
  const [lines, events] = [trace.lines(), trace.length];
  return { seed, hash, lines, events, virtualSeconds, cpuMs: cpuMs() - begun, failure, said: said.slice(-SAID) };
};

const environmentOf = (world: World, cloud: Cloud, name: string): Readonly<Record<string, string>> => {
  const { place, service, brokerArn } = world;
  const { hypervisorId: serviceId, queues } = service;
  if (!queues) throw new Error('the world has no service hypervisor');
  const nodeId = `${name}-simulated`;
  const roleArn = `arn:aws:iam::${place.accountId}:role/${serviceAccountNames(place.stage, serviceId).nodeControlRoleName}`;
  const { uri, token } = cloud.admin.vendCredentials(roleArn, nodeId);
  return {
    ...nodeEnvironment({
      hypervisorId: serviceId,
      region: place.region,
      queues,
      brokerFunctionArn: brokerNameFor(brokerArn, serviceId),
    }),
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: uri,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
    AWS_EC2_METADATA_DISABLED: 'true',
    HOLDFAST_NODE_ID: nodeId,
    HOLDFAST_NODE_NAME: name,
    HOLDFAST_SLOTS: '1',
    // the SDK's way, which goes through the gate
    HOLDFAST_TRANSPORT: 'sdk',
  };
};
