import http from 'node:http';
import https from 'node:https';
import { EbsCallError } from './ebs-calls.ts';

export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The whole body: a part of `into` where that was given and the status is 2xx. */
  readonly body: Uint8Array;
}

/** HTTP to one origin over connections that are kept. One try; throws EbsCallError with Node's code, or `BadAnswer`. */
export interface HttpExchange {
  send(request: HttpRequest, into: Uint8Array | undefined, signal: AbortSignal): Promise<HttpAnswer>;
  close(): void;
}

/** A page of 10,000 block tokens is about 2.5 MB; whatever is far above is not an answer of EBS. */
const LONGEST_COLLECTED_BYTES = 32 * 1024 * 1024;

/** Over node:http and node:https. Bodies of blocks are copied straight into the caller's buffer. */
export const createHttpExchange = (origin: URL, connections: number): HttpExchange => {
  const secure = origin.protocol === 'https:';
  // `lifo` keeps few connections warm instead of many lukewarm ones that the far end closes under us.
  const agentOptions = { keepAlive: true, maxSockets: connections, scheduling: 'lifo' } as const;
  const agent = secure ? new https.Agent(agentOptions) : new http.Agent(agentOptions);
  const start = secure ? https.request : http.request;
  const place = { hostname: origin.hostname.replace(/^\[|\]$/g, ''), port: origin.port || (secure ? 443 : 80), agent };

  return {
    send: ({ method, target, headers, body }, into, signal) =>
      new Promise<HttpAnswer>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const request = start({ ...place, method, path: target, headers });
        const settle = (act: () => void): void => {
          signal.removeEventListener('abort', onAbort);
          act();
        };
        const fail = (error: unknown): void => settle(() => reject(asCallError(error)));
        const onAbort = (): void => {
          settle(() => reject(signal.reason));
          request.destroy();
        };
        signal.addEventListener('abort', onAbort, { once: true });
        request.on('error', fail);
        request.on('response', (response) => {
          const status = response.statusCode ?? 0;
          const target = into && status >= 200 && status < 300 ? into : undefined;
          const chunks: Buffer[] = [];
          let length = 0;
          const limit = target?.length ?? LONGEST_COLLECTED_BYTES;
          response.on('data', (chunk: Buffer) => {
            if (length + chunk.length > limit) {
              fail(new EbsCallError('BadAnswer', status, `more than ${limit} bytes`));
              request.destroy();
              return;
            }
            if (target) target.set(chunk, length);
            else chunks.push(chunk);
            length += chunk.length;
          });
          response.on('error', fail);
          response.on('end', () => {
            // `end` also comes after a body that was cut: `complete` tells them apart.
            if (!response.complete) return fail(new EbsCallError('BadAnswer', status, `cut off after ${length} bytes`));
            const whole = target ? target.subarray(0, length) : Buffer.concat(chunks);
            settle(() => resolve({ status, headers: response.headers, body: whole }));
          });
          response.on('close', () => {
            if (!response.complete) fail(new EbsCallError('BadAnswer', status, `cut off after ${length} bytes`));
          });
        });
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
};

const asCallError = (error: unknown): EbsCallError => {
  if (error instanceof EbsCallError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new EbsCallError(code ?? 'ConnectionFailed', 0, message, undefined, error);
};
