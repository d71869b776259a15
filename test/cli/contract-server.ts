/**
 * A server that knows nothing but the API's contract: it holds each request against its route's schemas, as the API does,
 * and answers with what a test gives it (held against the schema too). For what the command sends and shows; that the
 * API does it is the API's tests' and the stories' to show.
 */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { z } from 'zod';
import {
  approverRoutes,
  operatorRoutes,
  operatorTenantPrefix,
  operatorTenantRoutes,
  tenantRoutes,
} from '../../core/contracts/api.ts';
import { STAGE, signer } from './api-server.ts';
import { sampleAnswers } from './sample-answers.ts';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  readonly status: number;
  readonly answer: z.ZodType;
}

/** `getJob`, `tenant getJob` (an operator's, below a tenant), `operator listHypervisors`. */
export const contractRoutes = (): ReadonlyMap<string, Route> =>
  new Map<string, Route>([
    ...Object.entries(tenantRoutes),
    ...Object.entries(operatorTenantRoutes).map(
      ([name, route]) => [`tenant ${name}`, { ...route, path: `${operatorTenantPrefix}${route.path}` }] as const,
    ),
    ...Object.entries(operatorRoutes).map(([name, route]) => [`operator ${name}`, route] as const),
    ...Object.entries(approverRoutes).map(([name, route]) => [`approver ${name}`, route] as const),
  ]);

export interface Seen {
  readonly name: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly idempotencyKey: string | undefined;
}

export interface ContractServer {
  readonly url: string;
  readonly seen: Seen[];
  /** By route name; a problem if it has a `status` and a `code`. Absent: the sample. */
  readonly answers: Map<string, unknown>;
  /** Called before each answer; may give a status and body to answer instead. */
  interfere: (seen: Seen) => { readonly status: number; readonly body: string } | undefined;
}

const pattern = (path: string): RegExp => new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`);

const isProblem = (answer: unknown): answer is { status: number } =>
  typeof answer === 'object' && answer !== null && 'status' in answer && 'code' in answer;

/** Stops with the test. */
export const startContractServer = async (t: { after(stop: () => Promise<void>): void }): Promise<ContractServer> => {
  // the longer path first: /vm-groups/preview is no group
  const routes = [...contractRoutes()].toSorted(([, a], [, b]) => a.path.split('{').length - b.path.split('{').length);
  const seen: Seen[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const raw = await buffer(request);
    const url = new URL(request.url ?? '', 'http://localhost');
    const path = url.pathname.slice(STAGE.length);
    assert.ok(signer(request, raw), 'the signature fits');
    const found = routes.find(([, route]) => route.method === request.method && pattern(route.path).test(path));
    assert.ok(found, `${request.method} ${path} is a route`);
    const [name, route] = found;
    const query = Object.fromEntries(url.searchParams);
    const key = request.headers['idempotency-key'];
    const body: unknown = raw.length > 0 ? JSON.parse(raw.toString()) : undefined;
    const arrived = { name, path, query, body, idempotencyKey: Array.isArray(key) ? key[0] : key };
    seen.push(arrived);
    const instead = server.interfere(arrived);
    if (instead) return void response.writeHead(instead.status).end(instead.body);
    route.query.parse(query);
    if (route.body) route.body.parse(body);
    else assert.equal(body, undefined, `${name} takes no body`);
    const given = server.answers.get(name) ?? sampleAnswers[name.replace(/^(tenant|operator|approver) /, '')];
    if (isProblem(given)) return void response.writeHead(given.status).end(JSON.stringify(given));
    const parsed = JSON.stringify(route.answer.parse(given));
    response.writeHead(route.status).end(parsed);
  };

  const http = createServer(
    (request, response) =>
      void answer(request, response).catch((error: unknown) => {
        // neither the API's own form nor a refusal: the command reports it, and the test sees it
        response.writeHead(500).end(`the contract does not hold: ${error}`);
      }),
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: ContractServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}${STAGE}`,
    seen,
    answers: new Map(),
    interfere: () => undefined,
  };
  t.after(async () => {
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  });
  return server;
};
