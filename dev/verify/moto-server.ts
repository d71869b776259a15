import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { cacheFolder, pythonPrograms } from './python-tools.ts';

export const MOTO_VERSION = '5.2.5';
const STARTS_WITHIN_MS = 60_000;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
};

export interface MotoServer {
  readonly endpoint: string;
  /** What it has printed. */
  readonly log: string;
  stop(): Promise<void>;
}

/** A moto server on loopback, installed if need be. Errors: it does not come up. */
export const startMoto = async (): Promise<MotoServer> => {
  const programs = pythonPrograms([`moto[server,all]==${MOTO_VERSION}`]);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const log = join(cacheFolder('logs'), 'moto.log');
  const out = openSync(log, 'w');
  const server = spawn(join(programs, 'moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: ['ignore', out, out],
  });
  await becomesReady(server, endpoint, log);
  return {
    endpoint,
    log,
    async stop() {
      if (server.exitCode !== null) return;
      server.kill();
      await once(server, 'exit');
    },
  };
};

const becomesReady = async (server: ChildProcess, endpoint: string, log: string): Promise<void> => {
  for (const start = Date.now(); ; ) {
    if (server.exitCode !== null) throw new Error(`moto ended with ${server.exitCode}: see ${log}`);
    if (
      await fetch(`${endpoint}/moto-api/data.json`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    if (Date.now() - start > STARTS_WITHIN_MS) {
      server.kill();
      throw new Error(`moto does not answer: see ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};
