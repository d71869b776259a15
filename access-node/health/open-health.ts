import { randomBytes } from 'node:crypto';
import { BadConfiguration, type NodeConfiguration } from '../configuration.ts';
import type { Log } from '../log.ts';
import { NODE_VERSION } from '../version.ts';
import { judgeHealth, type NodeSelf } from './judge-health.ts';
import { serveHealth } from './serve-health.ts';
import { removeState, writeState } from './state-file.ts';
import { createNodeWatch, type NodeWatch } from './watch-node.ts';

export interface OpenHealth {
  readonly watch: NodeWatch;
  /** The command of this machine asked for it. */
  readonly drain: AbortSignal;
  /** It asked for an end at once. */
  readonly hurry: AbortSignal;
  close(): void;
}

/** Serves the health of this process, if the configuration wants it served. Throws BadConfiguration for a port in use. */
export const openHealth = async (configuration: NodeConfiguration, log: Log): Promise<OpenHealth> => {
  const { healthPort, stateFolder, nodeId, nodeName, serviceId, slots, pollSeconds } = configuration;
  const watch = createNodeWatch(Date.now, slots);
  const drain = new AbortController();
  const hurry = new AbortController();
  const { pid } = process;
  const opened = { watch, drain: drain.signal, hurry: hurry.signal };
  if (healthPort === undefined) return { ...opened, close: () => undefined };
  const self: NodeSelf = { version: NODE_VERSION, nodeId, nodeName, serviceId, pid, slots, pollSeconds };
  const token = randomBytes(32).toString('hex');
  const server = await serveHealth({
    port: healthPort,
    token,
    health: () => judgeHealth(watch.facts(), self, Date.now()),
    drain(how) {
      log.info('asked to drain', { by: 'the command', how });
      drain.abort();
      if (how === 'now') hurry.abort();
    },
  }).catch((error: unknown) => {
    throw new BadConfiguration(
      `HOLDFAST_HEALTH_PORT is ${healthPort}: nothing can listen there (${(error as Error).message})`,
    );
  });
  if (stateFolder !== undefined) {
    try {
      writeState(stateFolder, { pid, port: server.port, token });
    } catch (error) {
      server.close();
      throw new BadConfiguration(`HOLDFAST_STATE_FOLDER cannot be written to: ${(error as Error).message}`);
    }
  }
  log.info('health is served', { port: server.port });
  return {
    ...opened,
    close() {
      if (stateFolder !== undefined) removeState(stateFolder, pid);
      server.close();
    },
  };
};
