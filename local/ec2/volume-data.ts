import type { IncomingMessage, ServerResponse } from 'node:http';
import { BLOCK_SIZE, GIB } from '../block-storage/block-size.ts';
import type { VolumeFile } from '../block-storage/volume-file.ts';
import { AwsError } from '../kernel/errors.ts';
import type { ControlRoute } from '../kernel/service.ts';
import type { Ec2 } from './ec2.ts';

const PATH = '/volumes/{volumeId}/data';
const READ_BYTES = 1_048_576;

/**
 * How a guest reaches its volumes. Offsets and lengths in bytes, any alignment. A write is kept once it is answered;
 * of one that was cut short any part may be there, as on a real disk.
 */
export const volumeData = (ec2: Ec2): ControlRoute[] => [
  {
    method: 'PUT',
    path: PATH,
    async handle(request, response, { volumeId = '' }, query) {
      const { volume, size } = open(ec2, volumeId);
      const written = await writeStream(volume, request, number(query, 'offset', 0), size);
      answer(response, { bytes: written });
    },
  },
  {
    method: 'GET',
    path: PATH,
    async handle(_, response, { volumeId = '' }, query) {
      const { volume, size } = open(ec2, volumeId);
      const offset = number(query, 'offset', 0);
      const length = number(query, 'length', Math.max(0, size - offset));
      checkRange(offset, length, size);
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': length });
      for (let at = 0; at < length && !response.destroyed; at += READ_BYTES) {
        const part = Buffer.allocUnsafe(Math.min(READ_BYTES, length - at));
        volume.read(offset + at, part);
        if (!response.write(part)) await drained(response);
      }
      response.end();
    },
  },
  {
    method: 'POST',
    path: '/volumes/{volumeId}/discard',
    async handle(_, response, { volumeId = '' }, query) {
      const { volume, size } = open(ec2, volumeId);
      const offset = number(query, 'offset', 0);
      const length = number(query, 'length', size - offset);
      checkRange(offset, length, size);
      await volume.turns.take(() => volume.discard(offset, length));
      answer(response, { bytes: length });
    },
  },
];

const open = (ec2: Ec2, id: string): { volume: VolumeFile; size: number } => {
  const record = ec2.volumes.get(id);
  if (!record) throw new AwsError('InvalidVolume.NotFound', `The volume '${id}' does not exist.`, 404);
  if ((record.state !== 'available' && record.state !== 'in-use') || record.filling)
    throw new AwsError(
      'IncorrectState',
      `The volume '${id}' is ${record.filling ? 'being filled' : record.state}.`,
      409,
    );
  return { volume: ec2.storage.volumes.get(id), size: record.sizeGiB * GIB };
};

/** Collects whole blocks from the stream, so that blocks of zeros become holes. */
const writeStream = async (
  volume: VolumeFile,
  request: IncomingMessage,
  offset: number,
  size: number,
): Promise<number> => {
  const length = Number(request.headers['content-length'] ?? 0);
  checkRange(offset, length, size);
  const block = Buffer.allocUnsafeSlow(BLOCK_SIZE);
  let at = offset;
  let held = 0;
  const freed: { first: number; count: number }[] = [];
  const flush = async (): Promise<void> => {
    if (held === 0) return;
    checkRange(at, held, size);
    const result = await volume.turns.take(() => volume.write(at, block.subarray(0, held)));
    const index = Math.floor(at / BLOCK_SIZE);
    const last = freed.at(-1);
    if (result === 'zeroed' && last && index === last.first + last.count)
      freed[freed.length - 1] = { ...last, count: last.count + 1 };
    else if (result === 'zeroed') freed.push({ first: index, count: 1 });
    at += held;
    held = 0;
  };
  for await (const chunk of request as AsyncIterable<Buffer>) {
    for (let taken = 0; taken < chunk.length; ) {
      const room = BLOCK_SIZE - (at % BLOCK_SIZE) - held;
      const count = Math.min(room, chunk.length - taken);
      chunk.copy(block, held, taken, taken + count);
      held += count;
      taken += count;
      if (count === room) await flush();
    }
  }
  await flush();
  // Zeros written over data are on disk as zeros: now give the room back.
  for (const { first, count } of freed) {
    await volume.turns.take(() => volume.free(first, count));
  }
  return at - offset;
};

const checkRange = (offset: number, length: number, size: number): void => {
  if (offset + length <= size) return;
  throw new AwsError('InvalidParameterValue', `${offset}+${length} is past the volume's end at ${size}`, 416);
};

const number = (query: URLSearchParams, name: string, fallback: number): number => {
  const value = query.get(name);
  if (value === null) return fallback;
  if (/^\d+$/.test(value) && Number.isSafeInteger(Number(value))) return Number(value);
  throw new AwsError('InvalidParameterValue', `${name} must be a number of bytes from 0`);
};

const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });

const answer = (response: ServerResponse, body: unknown): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};
