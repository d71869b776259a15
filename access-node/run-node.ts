import { randomBytes, randomUUID } from 'node:crypto';
import type { CompiledCode } from './compiled-code.ts';
import { composeNode } from './compose-node.ts';
import { BadConfiguration, type NodeConfiguration, readConfiguration } from './configuration.ts';
import { openHealth } from './health/open-health.ts';
import { createLog, type Log } from './log.ts';
import { stopOnSignals } from './stop-on-signals.ts';
import type { FromWorker } from './worker-protocol.ts';
import { startWorkerThread } from './worker-thread.ts';

/** The main thread's entry. Resolves with the exit code when the node was asked to stop and has. */
export const runNode = async (code: CompiledCode): Promise<number> => {
  try {
    const configuration = readConfiguration(process.env, randomUUID);
    const { nodeId, serviceId } = configuration;
    const log = createLog((line) => process.stdout.write(line), Date.now, { nodeId, serviceId });
    await run(configuration, log, code);
    return 0;
  } catch (error) {
    if (!(error instanceof BadConfiguration)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  } finally {
    code.forget();
  }
};

const run = async (configuration: NodeConfiguration, log: Log, code: CompiledCode): Promise<void> => {
  let loading = configuration.slots;
  let shared = false;
  const startWorker = () => {
    // the threads find what this one has compiled
    if (!shared) code.share();
    shared = true;
    const worker = startWorkerThread(configuration);
    worker.once('message', (message: FromWorker) => {
      if (message.type !== 'ready') return;
      loading -= 1;
      if (loading === 0) code.forget();
    });
    return worker;
  };
  const health = await openHealth(configuration, log);
  const signals = stopOnSignals(process, log);
  try {
    await composeNode(configuration, {
      ...{ log, startWorker, randomBytes, drain: health.drain, watch: health.watch },
      stop: signals.stop,
      hurry: AbortSignal.any([signals.hurry, health.hurry]),
    });
  } finally {
    health.close();
  }
};
