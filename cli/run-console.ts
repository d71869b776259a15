import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { reason } from './api-failure.ts';
import { usageError } from './cli-error.ts';
import { type ConsoleServer, startConsole } from './console-server.ts';
import type { Signer } from './signed-request.ts';

const PAGE = fileURLToPath(new URL('../console/dist/', import.meta.url));
/** There in a checkout only; elsewhere the page comes built. */
const BUILD = fileURLToPath(new URL('../dev/build-console.ts', import.meta.url));

/** Builds the page where its sources are and it is missing, or older than they. */
const buildPage = (): void => {
  if (!existsSync(BUILD)) return;
  const { status } = spawnSync(process.execPath, [BUILD, '--if-older'], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0)
    throw usageError('The page of the console could not be built.', {
      remedy: 'Run npm ci, then npm run build:console.',
    });
};

const start = (signer: Signer, port = 0): Promise<ConsoleServer> =>
  startConsole({
    ...signer,
    pageDir: PAGE.replace(/\/$/, ''),
    port,
    onOpened: (next) => console.log(`For another browser: ${next}`),
  }).catch((cause: unknown) => {
    throw usageError(`The console could not be started: ${reason(cause)}`, {
      field: '--port',
      remedy: 'Take another port, or leave it out.',
      cause,
    });
  });

/** Serves until it is stopped. Errors: CliError. */
export const runConsole = async (signer: Signer, port: number | undefined): Promise<void> => {
  buildPage();
  const server = await start(signer, port);
  console.log(`The console: ${server.address}\nIt works once, on this machine. End it with Ctrl-C.`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  await server.stop();
};
