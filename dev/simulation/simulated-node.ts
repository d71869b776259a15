import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { MessagePort, Worker } from 'node:worker_threads';
import { composeNode } from '../../access-node/compose-node.ts';
import { type NodeConfiguration, readConfiguration } from '../../access-node/configuration.ts';
import { createLog } from '../../access-node/log.ts';
import { runWorker } from '../../access-node/worker.ts';
import { openWorkerOutside } from '../../access-node/worker-outside.ts';
import { runAs, runAsCloud, type SimProcess } from './virtual/sim-process.ts';

export interface SimulatedNode {
  readonly nodeId: string;
  readonly process: SimProcess;
  /** SIGKILL. */
  kill(): void;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>;
}

export interface NodeStart {
  /** Unique in a run. */
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onOutput: (process: SimProcess, text: string) => void;
  /** Chaos has killed it (whoever calls `kill` knows). */
  readonly onCrash: () => void;
}

/** Runs an access node in this process: its main thread and its workers are one process, which dies as a whole. */
export const startSimulatedNode = ({ name, environment, onOutput, onCrash }: NodeStart): SimulatedNode => {
  const workers = new Set<SimProcess>();
  const self: SimProcess = {
    name,
    kind: 'node',
    environment,
    dead: false,
    calls: 0,
    write: (text) => onOutput(self, text),
    die() {
      if (self.dead) return;
      kill();
      onCrash();
    },
  };
  const kill = (): void => {
    self.dead = true;
    for (const worker of workers) worker.dead = true;
  };
  const stop = new AbortController();
  const hurry = new AbortController();
  const started = runAs(self, () => {
    const configuration = readConfiguration(environment, () => name);
    const log = createLog((line) => self.write(line), Date.now, { nodeId: configuration.nodeId });
    const ended = composeNode(configuration, {
      log,
      startWorker: () => startWorkerHere(configuration, self, workers),
      randomBytes,
      stop: stop.signal,
      hurry: hurry.signal,
    });
    return { nodeId: configuration.nodeId, ended };
  });
  started.ended.catch((error: unknown) => self.write(`the node ended: ${String(error)}\n`));
  return {
    nodeId: started.nodeId,
    process: self,
    kill,
    stop: () => {
      stop.abort(new Error('the node stops'));
      return started.ended;
    },
  };
};

/** A worker thread's two ends in one thread: what is said is copied, and heard later, in order. */
const startWorkerHere = (configuration: NodeConfiguration, node: SimProcess, all: Set<SimProcess>): Worker => {
  const thread = new EventEmitter();
  const port = new EventEmitter();
  const self: SimProcess = {
    ...node,
    // a crash of a worker's call is the node's
    die: () => node.die(),
    get calls() {
      return node.calls;
    },
    set calls(count) {
      node.calls = count;
    },
  };
  all.add(self);
  const deliver = (to: EventEmitter, owner: SimProcess, message: unknown): void => {
    const copy = structuredClone(message);
    runAs(owner, () =>
      setImmediate(() => {
        if (!self.dead) to.emit('message', copy);
      }),
    );
  };
  runAs(self, () => {
    const begin = async (): Promise<void> => {
      const outside = await openWorkerOutside(configuration);
      const end = Object.assign(port, { postMessage: (message: unknown) => deliver(thread, node, message) });
      runWorker(end as never, outside);
    };
    void begin();
  });
  return Object.assign(thread, {
    postMessage: (message: unknown, _transferred?: readonly MessagePort[]) => deliver(port, self, message),
    terminate: async () => {
      if (!self.dead) runAsCloud(() => setImmediate(() => thread.emit('exit', 1)));
      self.dead = true;
      all.delete(self);
      return 1;
    },
  }) as unknown as Worker;
};
