import net from 'node:net';
import tls from 'node:tls';
import { EbsCallError } from './ebs-calls.ts';
import type { HttpMessage } from './http-message.ts';

/**
 * Each connection has one buffer of this size for heads and for what has no other place; the rest of a body is read to
 * where it belongs. What comes with a head is copied, so that it is small; TLS gives no more at once anyway.
 */
const READ_BYTES = 16 * 1024;
/** Of a body; TLS holds an encrypted copy of all that it was given. */
const WRITE_BYTES = 1024 * 1024;

/** One connection of HTTP/1.1: one request at a time, the answer read without a copy in between. */
export interface HttpConnection {
  /** Sends one request and feeds the answer to `message`; resolves when it is whole. A failure closes the connection. */
  exchange(head: string, body: Uint8Array | undefined, message: HttpMessage): Promise<void>;
  readonly open: boolean;
  close(reason?: Error): void;
}

interface Waiting {
  readonly message: HttpMessage;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export const openHttpConnection = (origin: URL): HttpConnection => {
  const secure = origin.protocol === 'https:';
  const host = origin.hostname.replace(/^\[|\]$/g, '');
  const port = Number(origin.port) || (secure ? 443 : 80);
  let open = true;
  let waiting: Waiting | undefined;
  /** What is left of the body that is being sent. */
  let unsent: Uint8Array | undefined;

  const sendOn = (): void => {
    const body = unsent;
    if (!body || !open) return;
    unsent = body.length > WRITE_BYTES ? body.subarray(WRITE_BYTES) : undefined;
    socket.write(body.subarray(0, WRITE_BYTES), sendOn);
  };
  const settle = (error?: Error): void => {
    const ended = waiting;
    waiting = undefined;
    if (!ended) return;
    if (error) ended.reject(error);
    else ended.resolve();
  };
  const close = (reason?: Error): void => {
    open = false;
    unsent = undefined;
    socket.destroy();
    settle(reason ?? new EbsCallError('ConnectionClosed', 0, 'the connection was closed'));
  };
  const own = Buffer.allocUnsafeSlow(READ_BYTES);
  const onread = {
    // asked after each read, for the next one
    buffer: (): Uint8Array => waiting?.message.room() ?? own,
    callback: (length: number, buffer: Uint8Array): boolean => {
      // Nobody asked: an answer to nothing, or what came after a whole one.
      if (!waiting) {
        close();
        return false;
      }
      try {
        const { message } = waiting;
        const progress = buffer === own ? message.take(own.subarray(0, length)) : message.placed(length);
        if (progress === 'done') {
          // An answer that came before the request was sent whole: what is left of it would be sent into the next one.
          const spent = unsent !== undefined || socket.writableLength > 0 || !message.keepsConnection;
          settle();
          if (spent) close();
        }
      } catch (error) {
        close(error as Error);
      }
      return true;
    },
  };
  const socket: net.Socket = secure
    ? tls.connect({ host, port, servername: net.isIP(host) ? '' : host, onread } as tls.ConnectionOptions)
    : net.connect({ host, port, onread });
  socket.setNoDelay(true);
  socket.on('error', (error: NodeJS.ErrnoException) =>
    close(new EbsCallError(error.code ?? 'ConnectionFailed', 0, error.message, undefined, error)),
  );
  const onEnd = (): void => {
    if (waiting?.message.ended() === 'done') settle();
    close(new EbsCallError('ConnectionClosed', 0, 'the connection ended before the answer did'));
  };
  socket.on('end', onEnd);
  socket.on('close', onEnd);

  return {
    exchange: (head, body, message) =>
      new Promise((resolve, reject) => {
        if (!open) return reject(new EbsCallError('ConnectionClosed', 0, 'the connection is closed'));
        waiting = { message, resolve, reject };
        socket.cork();
        socket.write(head, 'latin1');
        unsent = body;
        sendOn();
        socket.uncork();
      }),
    get open() {
      return open;
    },
    close,
  };
};
