import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HttpMessage } from '../../adapters/aws/http-message.ts';

const LIMIT = 1_000;
const collect = () => new HttpMessage(() => undefined, LIMIT);
/**
 * Feeds `wire` in pieces of the given sizes: straight to where the message has room for them, otherwise in memory that is
 * overwritten afterwards.
 */
const feed = (message: HttpMessage, wire: Buffer, sizes: readonly number[]): 'more' | 'done' => {
  let at = 0;
  for (let i = 0; at < wire.length; i += 1) {
    const room = message.room();
    const length = Math.min(sizes[i % sizes.length] ?? 1, room?.length ?? Infinity);
    const piece = Buffer.from(wire.subarray(at, at + length));
    at += piece.length;
    room?.set(piece);
    const progress = room ? message.placed(piece.length) : message.take(piece);
    piece.fill(0xee);
    if (progress === 'done') return at === wire.length ? 'done' : 'more';
  }
  return 'more';
};
const chunked = (body: Buffer, size: number): Buffer => {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)};x=y\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\nX-Trailer: 1\r\n\r\n')]);
};

test('an answer is the same however the network cuts it, by length or in chunks, into a buffer or not', () => {
  const bodies = fc.uint8Array({ maxLength: 300 });
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });
  fc.assert(
    fc.property(
      bodies,
      sizes,
      fc.integer({ min: 1, max: 90 }),
      fc.boolean(),
      fc.boolean(),
      (bytes, cuts, chunk, inChunks, given) => {
        const body = Buffer.from(bytes);
        const framing = inChunks ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
        const head = `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-Amz-Checksum:  abc \r\n${framing}\r\n\r\n`;
        const wire = Buffer.concat([Buffer.from(head), inChunks ? chunked(body, chunk) : body]);
        const into = Buffer.alloc(LIMIT);
        const message = given ? new HttpMessage(() => into, LIMIT) : collect();
        assert.equal(feed(message, wire, cuts), 'done');
        assert.deepEqual(Buffer.from(message.body), body);
        assert.equal(message.head?.headers['x-amz-checksum'], 'abc');
        assert.equal(message.keepsConnection, true);
      },
    ),
    { numRuns: 300 },
  );
});

test('a cut answer is never taken for a whole one', () => {
  const body = Buffer.alloc(40, 'x');
  for (const wire of [
    Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n'), body]),
    Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'), chunked(body, 16)]),
  ])
    for (let length = 0; length < wire.length; length += 1) {
      const message = collect();
      assert.equal(length === 0 ? 'more' : feed(message, wire.subarray(0, length), [7]), 'more');
      assert.equal(message.ended(), 'more');
    }
});

test('a body without length ends with its connection, which is not used again', () => {
  const message = collect();
  assert.equal(feed(message, Buffer.from('HTTP/1.1 200 OK\r\n\r\nhello'), [3]), 'more');
  assert.equal(message.ended(), 'done');
  assert.equal(Buffer.from(message.body).toString(), 'hello');
  assert.equal(message.keepsConnection, false);
});

test('what is no answer, or more than there is room for, is refused', () => {
  for (const wire of [
    'SSH-2.0-OpenSSH\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n',
    `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(1_001)}`,
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`,
  ])
    assert.throws(
      () => feed(collect(), Buffer.from(wire), [4_096]),
      { name: 'EbsCallError', code: 'BadAnswer' },
      wire.slice(0, 80),
    );
});
