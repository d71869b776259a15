import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { KEY_HEADER } from '../../cli/console-door.ts';
import { type ConsoleServer, startConsole } from '../../cli/console-server.ts';
import type { Signer } from '../../cli/signed-request.ts';
import { ACME } from '../api/world-records.ts';
import { credentialsOf } from '../cli/api-server.ts';
import { type Asked, ask, type Said } from './ask.ts';

export const signerOf = (url: string, account = ACME): Signer => {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = credentialsOf(account);
  return { url: new URL(url), region: 'eu-central-1', credentials: async () => ({ accessKeyId, secretAccessKey }) };
};

export interface OpenConsole {
  readonly server: ConsoleServer;
  /** The addresses that were printed after the first. */
  readonly next: string[];
  /** As a browser does that has been let in. */
  asPage(asked?: Asked): Promise<Said>;
}

/** A console over a page of two files; stops with the test. */
export const openConsole = async (t: TestContext, signer: Signer): Promise<OpenConsole> => {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-console-'));
  const pageDir = join(dir, 'dist');
  mkdirSync(join(pageDir, 'assets'), { recursive: true });
  writeFileSync(join(pageDir, 'index.html'), '<title>Holdfast</title>');
  writeFileSync(join(pageDir, 'assets/main-1.js'), 'export {};');
  writeFileSync(join(dir, 'secret.txt'), 'not of the page');
  const next: string[] = [];
  const server = await startConsole({ ...signer, pageDir, port: 0, onOpened: (address) => void next.push(address) });
  t.after(async () => {
    await server.stop();
    rmSync(dir, { recursive: true });
  });
  let session: { readonly cookie: string; readonly [KEY_HEADER]: string } | undefined;
  return {
    server,
    next,
    async asPage({ headers = {}, ...asked } = {}) {
      session ??= sessionOf(await ask(server.port, { path: pathOf(server.address) }));
      const own = {
        ...session,
        origin: `http://127.0.0.1:${server.port}`,
        'sec-fetch-site': 'same-origin',
      };
      return ask(server.port, { ...asked, headers: { ...own, ...headers } });
    },
  };
};

/** What a browser has of the page that lets it in. */
export const sessionOf = ({ headers, text }: Said) => ({
  cookie: String(headers['set-cookie']).split(';')[0] ?? '',
  [KEY_HEADER]: /#session=([\w-]+)/.exec(text)?.[1] ?? '',
});

/** Path and query of an address. */
export const pathOf = (address: string): string => address.slice(new URL(address).origin.length);
