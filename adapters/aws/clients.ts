import { NodeHttpHandler } from '@smithy/node-http-handler';

/**
 * How SDK clients are made. Every call has a timeout, and exactly one layer retries:
 * - `own` (DynamoDB, S3, SQS, Step Functions, Secrets Manager of the control plane): one more try by the SDK. A thawed
 *   Lambda finds its kept connections closed, and API handlers and the broker have no state machine above them.
 *   Conditional writes stay exact under it (see dynamo-table.ts).
 * - `tenant` (EC2, EBS, STS in other accounts): none. The state machine repeats the step on TransientFailure, with
 *   backoff that suits an account's rate limits; a second layer below would multiply the load of a throttled account.
 */
export type Reach = 'own' | 'tenant';

const ATTEMPTS: Readonly<Record<Reach, number>> = { own: 2, tenant: 1 };

const CONNECT_MS = 3_000;
/** Longest healthy answers are those of CreateSnapshots and RunInstances, some seconds; Lambda steps have 60 s or more. */
const REQUEST_MS = 20_000;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ClientSettings {
  readonly region: string;
  readonly maxAttempts: number;
  readonly retryMode: 'standard';
  readonly requestHandler: NodeHttpHandler;
  readonly customUserAgent: [string, string][];
  readonly credentials?: Credentials;
}

/**
 * One pool of connections for all clients: a scope makes its own for each step, and a warm Lambda would otherwise pay a
 * TLS handshake for each and leave its sockets behind.
 */
const pools = new Map<number, NodeHttpHandler>();

const poolFor = (requestMs: number): NodeHttpHandler => {
  const pool =
    pools.get(requestMs) ??
    new NodeHttpHandler({
      connectionTimeout: CONNECT_MS,
      requestTimeout: requestMs,
      // Without it a request that runs over is only logged.
      throwOnRequestTimeout: true,
      // requestTimeout ends with the headers: an answer that stalls in its body would hang for ever.
      socketTimeout: requestMs,
    });
  pools.set(requestMs, pool);
  return pool;
};

/** Settings for any SDK client: `new EC2Client(clientSettings('tenant', region, credentials))`. */
export const clientSettings = (
  reach: Reach,
  region: string,
  credentials?: Credentials,
  requestMs = REQUEST_MS,
): ClientSettings => ({
  region,
  maxAttempts: ATTEMPTS[reach],
  retryMode: 'standard',
  requestHandler: poolFor(requestMs),
  customUserAgent: [['holdfast', '0.1.0']],
  ...(credentials ? { credentials } : {}),
});
