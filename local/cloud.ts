import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { allServices } from './all-services.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { createControl } from './http/control.ts';
import { createCloudServer, type Mounted } from './http/server.ts';
import { type Admin, createAdmin } from './iam/admin.ts';
import { createAuthorise, type OnDecision } from './iam/authorise.ts';
import { openDirectory } from './iam/directory.ts';
import { openVendedCredentials } from './iam/vended-credentials.ts';
import { type Clock, realClock } from './kernel/clock.ts';
import { createDispatch } from './kernel/dispatch.ts';
import { createKernel } from './kernel/kernel.ts';
import { createRandomHex } from './kernel/random-hex.ts';
import type { ControlRoute, Kernel, Service, ServiceFactory } from './kernel/service.ts';
import { openStore } from './kernel/store.ts';
import { openTrail, type Trail } from './trail/trail.ts';

export interface CloudOptions {
  /** Everything that outlives a stop; made if missing. */
  readonly dataDir: string;
  /** 0, the default: any free one. */
  readonly port?: number;
  /** False: it has no socket, and is reached by `handle` alone; its endpoint is then only a name. */
  readonly listen?: boolean;
  readonly clock?: Clock;
  /**
   * By which signatures are judged late: the machine's time, since clients sign by it, also where `clock` is virtual.
   * Milliseconds since 1970.
   */
  readonly signingNow?: () => number;
  /**
   * Takes every request for that of the key that its signature names, without a look at the signature itself: for
   * simulations in one process, where nobody else can send any. Never with a socket.
   */
  readonly believeSignatures?: boolean;
  readonly services?: readonly ServiceFactory[];
  /** Makes ids repeat from run to run, for tests. */
  readonly seed?: string;
  /** Hears each permission that is asked for. */
  readonly onDecision?: OnDecision;
}

export interface Cloud {
  /** `http://127.0.0.1:<port>`, for AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  readonly port: number;
  readonly kernel: Kernel;
  readonly admin: Admin;
  readonly trail: Trail;
  readonly faults: Faults;
  /** The header `x-local-control` for requests below `/_local`; another one at each start. */
  readonly controlToken: string;
  /** Takes a request as if it had come over the wire. */
  readonly handle: RequestListener;
  /** Adds a route below `/_local` beside those that services bring. */
  controlPath(route: ControlRoute): void;
  /** Hands all requests below a path prefix to `handler`, unsigned ones too. */
  mount(prefix: string, handler: Mounted): void;
  /** Ends connections and services; what is in the data folder stays. */
  stop(): Promise<void>;
}

/** Starts a cloud on loopback over a data folder, going on with whatever is there. */
export const startCloud = async (options: CloudOptions): Promise<Cloud> => {
  const { dataDir, port = 0, listen = true, clock = realClock, signingNow = Date.now, seed, onDecision } = options;
  const store = openStore(dataDir);
  const trail = openTrail(store);
  const randomHex = createRandomHex(store, seed);
  const directory = openDirectory({ store, clock, randomHex });
  const { faults, draw } = createFaults();
  const authorise = createAuthorise(directory, clock, onDecision);
  const dispatch = createDispatch({ authorise, drawFault: draw, trail, clock });
  const services = new Map<string, Service>();
  let endpoint = '';
  const kernel = createKernel({ store, clock, randomHex, directory, dispatch, services, endpoint: () => endpoint });
  const vended = openVendedCredentials(kernel);
  const controlToken = randomBytes(24).toString('hex');
  const control = createControl(controlToken, vended);
  const mounts = new Map<string, Mounted>();

  for (const create of options.services ?? allServices) {
    const service = await create(kernel);
    services.set(service.name, service);
    for (const route of service.control ?? []) control.add(route);
  }
  const now = (): number => clock.now();
  const { server, handle } = createCloudServer({
    ...{ services, dispatch, directory, control, mounts, now, signingNow },
    believeSignatures: options.believeSignatures && !listen,
  });
  if (listen)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  const address = listen ? (server.address() as AddressInfo) : { port };
  endpoint = `http://127.0.0.1:${address.port}`;

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const closed = listen ? new Promise((resolve) => server.close(resolve)) : undefined;
    for (const service of [...services.values()].reverse()) await service.stop?.();
    server.closeIdleConnections();
    // What still runs gets a moment: it may be a write.
    const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    await closed;
    clearTimeout(cut);
    trail.close();
    await store.close();
  };

  try {
    for (const service of services.values()) await service.start?.();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoint,
    port: address.port,
    kernel,
    admin: createAdmin(directory, vended, () => endpoint),
    trail,
    faults,
    controlToken,
    handle,
    controlPath: (route) => control.add(route),
    mount: (prefix, handler) => void mounts.set(prefix, handler),
    stop: () => (stopped ??= stop()),
  };
};

const GRACE_MS = 1_000;
