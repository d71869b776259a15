import type { IncomingMessage } from 'node:http';
import { AwsError } from '../kernel/errors.ts';

const EMPTY = Buffer.alloc(0);

/** S3 takes 5 GiB in one request; a process that holds bodies in memory must not. */
const LARGEST_BYTES = 512 * 1024 * 1024;

/** The whole body. One copy: into a buffer of the announced length, or of all pieces where none is announced. */
export const readBody = (request: IncomingMessage): Promise<Buffer> => {
  const announced = request.headers['content-length'];
  if (announced === '0' || (announced === undefined && request.headers['transfer-encoding'] === undefined))
    return Promise.resolve(EMPTY);
  const length = announced === undefined ? undefined : Number(announced);
  return new Promise((resolve, reject) => {
    if (length !== undefined && length > LARGEST_BYTES) return reject(tooLarge());
    const whole = length === undefined ? undefined : Buffer.allocUnsafe(length);
    const pieces: Buffer[] = [];
    let received = 0;
    request.on('data', (piece: Buffer) => {
      if (whole) piece.copy(whole, received);
      else pieces.push(piece);
      received += piece.length;
      if (received > LARGEST_BYTES) reject(tooLarge());
    });
    request.on('end', () => resolve(whole ?? Buffer.concat(pieces)));
    request.on('error', reject);
    request.on('close', () => {
      if (!request.complete) reject(new Error('the client went away'));
    });
  });
};

const tooLarge = (): AwsError =>
  new AwsError('EntityTooLarge', `The local cloud takes at most ${LARGEST_BYTES} bytes in one request.`, 400);
