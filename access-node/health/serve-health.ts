import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NodeHealth } from './judge-health.ts';

export interface HealthServing {
  /** 0: a free one. */
  readonly port: number;
  /** Who has it may let the node drain. */
  readonly token: string;
  readonly health: () => NodeHealth;
  readonly drain: (how: 'finish' | 'now') => void;
}

export interface HealthServer {
  readonly port: number;
  close(): void;
}

/** A web page that a browser on this machine shows cannot ask in the name of a host of its own. */
const LOCAL_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * `GET /health`: 200 with NodeHealth, or 503 with the same if it is not healthy. `POST /drain`, `/drain?now`, with the
 * token as a bearer's: 202. On the loopback interface only. Throws what listening throws (`EADDRINUSE`, `EACCES`).
 */
export const serveHealth = async ({ port, token, health, drain }: HealthServing): Promise<HealthServer> => {
  const answer = (response: ServerResponse, status: number, body: object): void => {
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    response.writeHead(status, headers).end(`${JSON.stringify(body)}\n`);
  };
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    request.resume();
    if (!LOCAL_HOST.test(request.headers.host ?? '')) return answer(response, 403, { error: 'not asked as localhost' });
    if (request.method === 'GET' && request.url === '/health') {
      const now = health();
      return answer(response, now.healthy ? 200 : 503, now);
    }
    if (request.method === 'POST' && (request.url === '/drain' || request.url === '/drain?now')) {
      if (!timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`)))
        return answer(response, 401, { error: 'the token of the node’s state folder is needed' });
      drain(request.url === '/drain' ? 'finish' : 'now');
      return answer(response, 202, {});
    }
    answer(response, 404, { error: 'GET /health or POST /drain' });
  });
  server.maxConnections = 32;
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
};
