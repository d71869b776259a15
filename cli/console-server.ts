/**
 * The console on loopback: serves the built page, and signs what it asks of the API with the user's own credentials, as
 * `kubectl proxy` does. Nothing is stored, and no credential leaves this process.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDoor, type Door, type Session } from './console-door.ts';
import { forward } from './console-forward.ts';
import { type Page, readPage } from './console-page.ts';
import type { Signer } from './signed-request.ts';

export interface ConsoleOptions extends Signer {
  /** The folder of the built page. */
  readonly pageDir: string;
  /** 0: any free one. */
  readonly port: number;
  /** Told once an address has been used up, with the next one. */
  readonly onOpened?: (next: string) => void;
}

export interface ConsoleServer {
  readonly port: number;
  /** Opens the console once, in one browser. */
  readonly address: string;
  stop(): Promise<void>;
}

const PREFIX = '/api';

const HEADERS = {
  'content-security-policy': [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:",
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
} as const;

const KEPT = { 'cache-control': 'private, max-age=31536000, immutable' };

const send = (
  response: ServerResponse,
  status: number,
  type: string,
  content: string | Buffer,
  more: Readonly<Record<string, string>> = {},
): void => void response.writeHead(status, { ...HEADERS, 'content-type': type, ...more }).end(content);

const plain = (response: ServerResponse, status: number, text: string): void =>
  send(response, status, 'text/plain; charset=utf-8', `${text}\n`);

/**
 * A page of its own that leads on: a redirect would still count as part of the navigation that may have begun elsewhere,
 * and the cookie would not come along. The token is out of the address by then; the key is in its fragment, which no server
 * is sent, until the page has taken it (console/session.ts). What whoever had the port before has left in the browser, scripts
 * under our names or a worker, is cleared away: not so in a browser that this very server has let in before. There everything is
its own, and other tabs would lose what they know, such as a restore whose answer was lost.
 */
const welcome = (response: ServerResponse, { cookie, key }: Session, isKnown: boolean): void =>
  send(
    response,
    200,
    'text/html; charset=utf-8',
    `<!doctype html><html lang="en"><meta http-equiv="refresh" content="0; url=/#session=${key}"><title>Holdfast</title><a href="/#session=${key}">Go on</a></html>`,
    { 'set-cookie': cookie, ...(isKnown ? {} : { 'clear-site-data': '"cache", "storage"' }) },
  );

const again = (response: ServerResponse): void =>
  send(response, 200, 'text/html; charset=utf-8', '<!doctype html><html lang="en"><title>Holdfast</title></html>', {
    refresh: '0',
  });

const NO_SESSION =
  'This is the Holdfast console of somebody who has started it. Open it with the address that holdfast console has printed last.';

const servePage = ({ find }: Page, { method }: IncomingMessage, response: ServerResponse, path: string): void => {
  const file = find(path);
  if (method !== 'GET' && method !== 'HEAD') plain(response, 405, 'The page is only read.');
  else if (!file) plain(response, 404, 'There is no such file.');
  else send(response, 200, file.type, method === 'HEAD' ? '' : file.content, file.lasting ? KEPT : {});
};

interface Serving {
  readonly signer: Signer;
  readonly page: Page;
  readonly door: Door;
  readonly opened: () => void;
}

const serve = async (
  { signer, page, door, opened }: Serving,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { method = '', headers, url: target = '' } = request;
  const at = target.indexOf('?');
  const path = at < 0 ? target : target.slice(0, at);
  const isApi = path === PREFIX || path.startsWith(`${PREFIX}/`);
  const refusal = door.refuse(method, headers, isApi ? 'api' : 'page');
  if (refusal) return plain(response, 403, `Refused: ${refusal}.`);
  const query = new URLSearchParams(at < 0 ? '' : target.slice(at));
  // a proxy's form (`GET http://…`), or a path that clients and servers read in different ways
  if (!/^(\/[\w.~-]*)+$/.test(path) || /\/\/|\/\.\.?(\/|$)/.test(path))
    return plain(response, 400, 'Refused: this is no path of the console.');
  const token = query.get('token');
  if (path === '/' && token !== null && method === 'GET') {
    const session = door.open(token);
    if (!session)
      return plain(response, 403, 'This address has been used already. Take the one that was printed last.');
    welcome(response, session, door.hasCookie(headers));
    return opened();
  }
  if (!isApi) {
    if (door.hasCookie(headers)) return servePage(page, request, response, path);
    // followed from elsewhere, a link brings no cookie along; what this page leads to does
    const isLink =
      method === 'GET' && headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-mode'] === 'navigate';
    return isLink ? again(response) : plain(response, 401, NO_SESSION);
  }
  if (!door.hasSession(headers)) return plain(response, 401, NO_SESSION);
  const { status, text, ok } = await forward(signer, request, path.slice(PREFIX.length), query);
  send(response, status, ok ? 'application/json' : 'application/problem+json', text);
};

/** Errors: of the file system, if the page is not built; of the network, if the port is taken. */
export const startConsole = async ({
  pageDir,
  port: wanted,
  onOpened = () => {},
  ...signer
}: ConsoleOptions): Promise<ConsoleServer> => {
  const page = readPage(pageDir);
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const door = createDoor(port);
  const issue = (): string => `http://127.0.0.1:${port}/?token=${door.issue()}`;
  const opened = (): void => onOpened(issue());
  server.on('request', (request, response) => {
    serve({ signer, page, door, opened }, request, response).catch(() => {
      // cut off while it was sent, or a file that is gone: whoever asked sees that no answer came
      response.destroy();
    });
  });
  return {
    port,
    address: issue(),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
