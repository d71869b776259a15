import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { VendedCredentials } from '../iam/vended-credentials.ts';
import { AwsError } from '../kernel/errors.ts';
import type { ControlRoute } from '../kernel/service.ts';
import { compileRoutes, type Find } from './routes.ts';

export const CONTROL_PREFIX = '/_local/';

export interface Control {
  add(route: ControlRoute): void;
  handle(message: IncomingMessage, response: ServerResponse, rawPath: string, rawQuery: string): Promise<void>;
}

/** What stands below `/_local`: not AWS's, and closed to who has no token. */
export const createControl = (token: string, vended: VendedCredentials): Control => {
  const routes: ControlRoute[] = [];
  let find: Find<ControlRoute> = () => undefined;

  const answer = async (
    message: IncomingMessage,
    response: ServerResponse,
    rawPath: string,
    rawQuery: string,
  ): Promise<void> => {
    const method = message.method ?? 'GET';
    const path = rawPath.slice(CONTROL_PREFIX.length - 1);
    if (method === 'GET' && path === '/health') return sendJson(response, 200, { status: 'ok' });
    const name = /^\/credentials\/([^/]+)$/.exec(path)?.[1];
    if (name !== undefined) {
      const credentials = await vended.fetch(name, message.headers.authorization ?? '');
      return sendJson(response, 200, credentials);
    }
    if (!same(message.headers['x-local-control'], token))
      throw new AwsError('AccessDenied', 'This needs the header x-local-control with the control token.', 403);
    const query = new URLSearchParams(rawQuery);
    const match = find(method, path, query, message.headers);
    if (!match) throw new AwsError('NotFound', `The local cloud has no control route ${method} ${path}.`, 404);
    await match.target.handle(message, response, match.params, query);
  };

  return {
    add(route) {
      routes.push(route);
      find = compileRoutes(routes.map((one) => ({ method: one.method, path: one.path, target: one })));
    },
    async handle(message, response, rawPath, rawQuery) {
      try {
        await answer(message, response, rawPath, rawQuery);
      } catch (error) {
        if (response.headersSent) response.destroy();
        else if (error instanceof AwsError)
          sendJson(response, error.status, { code: error.code, message: error.message });
        else sendJson(response, 500, { code: 'InternalError', message: String(error) });
      }
    },
  };
};

const same = (given: string | string[] | undefined, wanted: string): boolean => {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
};

const sendJson = (response: ServerResponse, status: number, content: unknown): void => {
  const body = JSON.stringify(content);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
};
