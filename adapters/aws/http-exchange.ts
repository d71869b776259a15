import { EbsCallError } from './ebs-calls.ts';
import { type HttpConnection, openHttpConnection } from './http-connection.ts';
import { HttpMessage, type ReceivedHead } from './http-message.ts';

export interface HttpRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** All of them, `host` and `content-length` included. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body: a part of `into` where that was given and the status is 2xx. */
  readonly body: Uint8Array;
}

/** Where the body of a 2xx goes; a function is asked when the head is known. What is not placed is collected. */
export type BodyPlace = Uint8Array | ((head: ReceivedHead) => Uint8Array | undefined);

/** HTTP/1.1 to one origin over connections that are kept. One try; throws EbsCallError with Node's code, or `BadAnswer`. */
export interface HttpExchange {
  send(request: HttpRequest, into: BodyPlace | undefined, signal: AbortSignal): Promise<HttpAnswer>;
  close(): void;
}

/** A page of 10,000 block tokens is about 2.5 MB; whatever is far above is not an answer of EBS. */
const LONGEST_COLLECTED_BYTES = 32 * 1024 * 1024;

/**
 * An own reader instead of node:http: each connection keeps one buffer for heads, and reads bodies straight into the
 * caller's. node:http makes eight new buffers for each block.
 */
export const createHttpExchange = (origin: URL, connections: number): HttpExchange => {
  const idle: HttpConnection[] = [];
  const all = new Set<HttpConnection>();
  const queue: (() => void)[] = [];
  let closed = false;

  const acquire = async (signal: AbortSignal): Promise<HttpConnection> => {
    for (;;) {
      // The one used last: few warm connections rather than many that the far end closes.
      for (let kept = idle.pop(); kept; kept = idle.pop()) {
        if (kept.open) return kept;
        all.delete(kept);
      }
      if (all.size < connections) {
        const connection = openHttpConnection(origin);
        all.add(connection);
        return connection;
      }
      await new Promise<void>((resolve, reject) => {
        const turn = (): void => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        };
        const onAbort = (): void => {
          queue.splice(queue.indexOf(turn), 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        queue.push(turn);
      });
    }
  };
  const release = (connection: HttpConnection): void => {
    if (connection.open && !closed) idle.push(connection);
    else all.delete(connection);
    queue.shift()?.();
  };

  return {
    async send({ method, target, headers, body }, into, signal) {
      if (closed) throw new EbsCallError('ConnectionClosed', 0, 'the transport is closed');
      signal.throwIfAborted();
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      const head = `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
      const connection = await acquire(signal);
      const message = new HttpMessage(
        (head) =>
          head.status < 200 || head.status >= 300 ? undefined : typeof into === 'function' ? into(head) : into,
        LONGEST_COLLECTED_BYTES,
      );
      const onAbort = (): void => connection.close(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await connection.exchange(head, body, message);
      } finally {
        signal.removeEventListener('abort', onAbort);
        release(connection);
      }
      const received = message.head;
      if (!received) throw new EbsCallError('BadAnswer', 0, 'an answer without head');
      return { ...received, body: message.body };
    },
    close() {
      closed = true;
      for (const connection of all) connection.close();
      all.clear();
    },
  };
};
