/** The real router behind HTTP, as API Gateway with AWS_IAM puts it there: a stage, signatures checked, accounts by key. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { readSignature, signatureFits } from '../../local/http/sigv4.ts';
import { createWorld, type World } from '../api/world.ts';
import { ACME, BOLT, PROVIDER } from '../api/world-records.ts';

export const STAGE = '/dev';
const secretOf = (account: string): string => `secret-of-${account}`;
const keyOf = (account: string): string => `AKIA${account}TEST`;

export const credentialsOf = (account: string) => ({
  AWS_ACCESS_KEY_ID: keyOf(account),
  AWS_SECRET_ACCESS_KEY: secretOf(account),
});

export interface ApiServer {
  readonly url: string;
  readonly world: World;
  /** Method and path, in the order of arrival. */
  readonly seen: string[];
  /** Called before each request is answered, with how many there have been. */
  onRequest: (count: number, request: string) => void;
  /** Answers instead of the API, if it answers something. */
  interfere: (request: string) => { readonly status: number; readonly body: string } | undefined;
}

/** The account that signed; undefined if the signature does not fit. */
export const signer = (request: IncomingMessage, body: Buffer): string | undefined => {
  const [rawPath = '', rawQuery = ''] = (request.url ?? '').split('?');
  const claim = readSignature(request.headers, rawQuery);
  if (claim?.service !== 'execute-api' || claim.region !== 'eu-central-1') return undefined;
  if (!claim.signedHeaders.includes('host') || !claim.signedHeaders.includes('x-amz-date')) return undefined;
  const account = [ACME, BOLT, PROVIDER].find((each) => keyOf(each) === claim.accessKeyId);
  const payloadHash = createHash('sha256').update(body).digest('hex');
  const signed = { method: request.method ?? '', rawPath, rawQuery, headers: request.headers, payloadHash };
  return account && signatureFits(claim, secretOf(account), signed) ? account : undefined;
};

/** Stops with the test. */
export const startApiServer = async (t: { after(stop: () => Promise<void>): void }): Promise<ApiServer> => {
  const world = createWorld();
  const seen: string[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const url = new URL(request.url ?? '', 'http://localhost');
    const path = url.pathname.slice(STAGE.length);
    seen.push(`${request.method} ${path}`);
    api.onRequest(seen.length, `${request.method} ${path}`);
    const instead = api.interfere(`${request.method} ${path}`);
    if (instead) return void response.writeHead(instead.status).end(instead.body);
    const accountId = url.pathname.startsWith(`${STAGE}/`) ? signer(request, body) : undefined;
    if (!accountId) {
      // API Gateway's own words and form
      const message = request.headers.authorization?.includes('Credential=ASIA')
        ? 'The security token included in the request is expired'
        : 'The request signature we calculated does not match the signature you provided.';
      return void response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
    }
    if (path.startsWith('/approver')) {
      // whoever signs here is no approver: the gateway's authorisation refuses before a function hears of it
      const Message = 'User is not authorized to perform: execute-api:Invoke with an explicit deny';
      return void response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ Message }));
    }
    const handler = path.startsWith('/operator') ? world.operatorApi : world.tenantApi;
    const result = await handler({
      httpMethod: request.method ?? '',
      path,
      headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, value?.toString()])),
      queryStringParameters: Object.fromEntries(url.searchParams),
      body: body.length > 0 ? body.toString() : null,
      requestContext: {
        requestId: 'request-1',
        identity: { accountId, userArn: `arn:aws:iam::${accountId}:user/someone` },
      },
    });
    response.writeHead(result.statusCode, result.headers).end(result.body);
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: ApiServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${STAGE}`,
    world,
    seen,
    onRequest: () => {},
    interfere: () => undefined,
  };
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return api;
};
