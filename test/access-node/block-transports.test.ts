import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createEbsBlockTransport } from '../../adapters/aws/ebs-block-transport.ts';
import { createHttpEbsCalls } from '../../adapters/aws/ebs-block-transport-http.ts';
import { createSdkEbsCalls } from '../../adapters/aws/ebs-block-transport-sdk.ts';
import type { EbsCalls } from '../../adapters/aws/ebs-calls.ts';
import type { EbsRetrySettings } from '../../adapters/aws/ebs-retry.ts';
import type { BlockTransport } from '../../core/ports/block-transport.ts';
import { LASTING_FAULTS, PASSING_FAULTS } from './ebs-faults.ts';
import { BLOCK, blockOf, fail, type SmallEbs, sha256, startSmallEbs } from './small-ebs.ts';

const snapshot = 'snap-0123456789abcdef0';
const fast: Partial<EbsRetrySettings> = { timeoutMs: 500, deadlineMs: 5_000, firstDelayMs: 5, longestDelayMs: 40 };

interface Opened {
  readonly transport: BlockTransport;
  readonly renewals: () => number;
}
let session = 'first';

const implementations: Record<string, (endpoint: string) => EbsCalls> = {
  'the SDK': (endpoint) =>
    createSdkEbsCalls({ region: 'eu-central-1', endpoint, connections: 8, credentials: () => credentials() }),
  'own HTTP': (endpoint) =>
    createHttpEbsCalls({ region: 'eu-central-1', endpoint, connections: 8, credentials: () => credentials() }),
};
const credentials = () => ({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: session });

for (const [name, create] of Object.entries(implementations)) {
  describe(`blocks over ${name}`, () => {
    let ebs: SmallEbs;
    let open: Opened[] = [];
    before(async () => {
      ebs = await startSmallEbs();
    });
    after(() => ebs.stop());
    afterEach(() => {
      for (const { transport } of open) transport.close();
      open = [];
      session = 'first';
      Object.assign(ebs, { behave: () => false, blocks: [], changed: [], pageEntries: 100, emptyPages: false });
      ebs.requests.length = 0;
      ebs.completed.length = 0;
      ebs.written.clear();
    });
    const opened = (settings: Partial<EbsRetrySettings> = {}, blockRate = 10_000): BlockTransport => {
      let renewals = 0;
      const transport = createEbsBlockTransport({
        calls: create(ebs.endpoint),
        blockRate,
        settings: { ...fast, ...settings },
        renewCredentials: async () => {
          renewals += 1;
          session = `renewed-${renewals}`;
        },
      });
      open.push({ transport, renewals: () => renewals });
      return transport;
    };
    /** Misbehaves for the first `times` requests. */
    const first = (times: number, behave: SmallEbs['behave']): void => {
      let seen = 0;
      ebs.behave = (...request) => {
        seen += 1;
        return seen <= times && behave(...request);
      };
    };

    test('a block arrives whole in the given buffer, with the checksum that EBS states', async () => {
      const into = Buffer.alloc(BLOCK);
      const sha = await opened().get(snapshot, 5, 'tok/en+with=signs', into);
      assert.ok(into.equals(blockOf(5)));
      assert.ok(sha256(blockOf(5)).equals(sha));
      assert.equal(ebs.requests[0]?.url.searchParams.get('blockToken'), 'tok/en+with=signs');
    });

    test('a block is written with its checksum', async () => {
      const transport = opened();
      await transport.put(snapshot, 9, blockOf(9), sha256(blockOf(9)));
      assert.ok(ebs.written.get(9)?.equals(blockOf(9)));
      const { headers } = ebs.requests[0] ?? assert.fail();
      assert.equal(headers['x-amz-data-length'], String(BLOCK));
      assert.equal(headers['x-amz-checksum-algorithm'], 'SHA256');
      assert.deepEqual({ ...transport.calls }, { list: 0, get: 0, put: 1, complete: 0, retried: 0, throttled: 0 });
    });

    test('a snapshot is sealed with count and aggregate; without any block, with the count alone', async () => {
      const transport = opened();
      await transport.complete(snapshot, 3, sha256(Buffer.from('x')));
      await transport.complete(snapshot, 0, sha256(Buffer.alloc(0)));
      const [some, none] = ebs.completed.map(({ headers }) => headers);
      assert.equal(some?.['x-amz-changedblockscount'], '3');
      assert.equal(some?.['x-amz-checksum'], sha256(Buffer.from('x')).toString('base64'));
      assert.equal(some?.['x-amz-checksum-aggregation-method'], 'LINEAR');
      assert.equal(none?.['x-amz-changedblockscount'], '0');
      assert.equal(none?.['x-amz-checksum'], undefined);
    });

    test('a list goes over many pages, empty ones included, from its start to its end', async () => {
      ebs.blocks = Array.from({ length: 50 }, (_, i) => i * 3);
      ebs.pageEntries = 7;
      ebs.emptyPages = true;
      const found: number[] = [];
      for await (const { index, token } of opened().list(snapshot, { from: 10, to: 100 })) {
        assert.equal(token, `t+${index}/=`);
        found.push(index);
      }
      assert.deepEqual(
        found,
        ebs.blocks.filter((index) => index >= 10 && index < 100),
      );
    });

    test('changed blocks come in order; one that is gone from the second snapshot has no token', async () => {
      ebs.changed = [{ index: 1 }, { index: 4, gone: true }, { index: 900 }];
      const found = [];
      for await (const block of opened().listChanged('snap-a', 'snap-b', { from: 0, to: 899 })) found.push(block);
      assert.deepEqual(found, [
        { index: 1, token: 's/1==' },
        { index: 4, token: undefined },
      ]);
      assert.equal(ebs.requests[0]?.url.searchParams.get('firstSnapshotId'), 'snap-a');
    });

    test('a list whose page token ran out goes on where it was', async () => {
      ebs.blocks = [1, 2, 3, 4, 5, 6];
      ebs.pageEntries = 2;
      let refused = 0;
      ebs.behave = (request, response) =>
        request.url?.includes('pageToken=5') === true && refused++ === 0
          ? fail(response, 400, 'ValidationException', { Reason: 'INVALID_PAGE_TOKEN' })
          : false;
      const found: number[] = [];
      for await (const { index } of opened().list(snapshot, { from: 0, to: 100 })) found.push(index);
      assert.deepEqual(found, [1, 2, 3, 4, 5, 6]);
      assert.equal(refused, 1, 'the token was used once');
    });

    for (const [kind, behave] of Object.entries(PASSING_FAULTS)) {
      test(`${kind}, twice, costs two more tries and nothing else`, async () => {
        first(2, behave);
        const transport = opened();
        const into = Buffer.alloc(BLOCK);
        const sha = await transport.get(snapshot, 3, 't', into);
        assert.ok(into.equals(blockOf(3)) && sha256(into).equals(sha));
        const throttled = kind.startsWith('throttling') ? 2 : 0;
        assert.deepEqual({ ...transport.calls }, { list: 0, get: 3, put: 0, complete: 0, retried: 2, throttled });
      });
    }

    test('a chunked body, slow and without length, and a connection that closes after each answer, are all fine', async () => {
      ebs.behave = async (_, response) => {
        response.writeHead(200, { 'x-amz-checksum': sha256(blockOf(2)).toString('base64'), connection: 'close' });
        const block = blockOf(2);
        for (let at = 0; at < BLOCK; at += 100_000) {
          response.write(block.subarray(at, at + 100_000));
          await delay(10);
        }
        response.end();
        return true;
      };
      const transport = opened();
      for (let i = 0; i < 3; i += 1) {
        const into = Buffer.alloc(BLOCK);
        await transport.get(snapshot, 2, 't', into);
        assert.ok(into.equals(blockOf(2)));
      }
      assert.equal(transport.calls.retried, 0);
    });

    test('a session that ran out is replaced, and the call is made again with the new one', async () => {
      ebs.behave = (request, response) =>
        request.headers['x-amz-security-token'] === 'first' ? fail(response, 403, 'ExpiredTokenException') : false;
      const transport = opened();
      await transport.get(snapshot, 1, 't', Buffer.alloc(BLOCK));
      assert.equal(open[0]?.renewals(), 1);
      assert.equal(ebs.requests.at(-1)?.headers['x-amz-security-token'], 'renewed-1');
    });

    for (const [kind, expected, behave] of LASTING_FAULTS) {
      test(`${kind} ends at once, as ${expected}`, async () => {
        ebs.behave = behave;
        const transport = opened();
        await assert.rejects(transport.get(snapshot, 1, 't', Buffer.alloc(BLOCK)), { name: expected });
        assert.equal(ebs.requests.length, 1);
      });
    }

    test('a snapshot that "does not exist" right after it was started is tried again, for a while', async () => {
      first(3, (_, response) => fail(response, 404, 'ResourceNotFoundException', { Reason: 'SNAPSHOT_NOT_FOUND' }));
      const transport = opened();
      await transport.put(snapshot, 1, blockOf(1), sha256(blockOf(1)));
      assert.equal(transport.calls.put, 4);
      ebs.behave = (_, response) => fail(response, 404, 'ResourceNotFoundException');
      await assert.rejects(opened({ writeGraceMs: 50 }).put(snapshot, 1, blockOf(1), sha256(blockOf(1))), {
        name: 'SnapshotFailed',
      });
    });

    test('what never passes ends at the deadline as TransientFailure', async () => {
      ebs.behave = (_, response) => fail(response, 500, 'InternalServerException');
      const startedAt = performance.now();
      await assert.rejects(opened({ deadlineMs: 300 }).get(snapshot, 1, 't', Buffer.alloc(BLOCK)), {
        name: 'TransientFailure',
      });
      assert.ok(performance.now() - startedAt < 30_000, 'without a deadline of its own it would be minutes');
    });

    test('sealing a snapshot that was sealed before succeeds as soon as it is readable', async () => {
      let lists = 0;
      ebs.behave = (request, response) => {
        if (request.method === 'GET' && lists++ > 1) return false;
        return fail(response, 400, 'ValidationException', { Reason: 'INVALID_SNAPSHOT_ID' });
      };
      await opened().complete(snapshot, 1, sha256(Buffer.alloc(1)));
      assert.equal(lists, 3);
    });

    test('sealing a snapshot that never becomes readable fails, and at once if count or checksum are wrong', async () => {
      ebs.behave = (_, response) => fail(response, 400, 'ValidationException', { Reason: 'INVALID_SNAPSHOT_ID' });
      const short = { sealGraceMs: 300 };
      await assert.rejects(opened(short).complete(snapshot, 1, sha256(Buffer.alloc(1))), { name: 'SnapshotFailed' });
      ebs.requests.length = 0;
      ebs.behave = (_, response) => fail(response, 400, 'ValidationException', { Reason: 'INVALID_PARAMETER_VALUE' });
      await assert.rejects(opened().complete(snapshot, 1, sha256(Buffer.alloc(1))), { name: 'SnapshotFailed' });
      assert.equal(ebs.requests.length, 1);
    });

    test('a call ends at once when it is aborted, with the reason of that', async () => {
      ebs.behave = () => true;
      const controller = new AbortController();
      const transport = opened({ timeoutMs: 60_000, deadlineMs: 120_000 });
      const call = transport.get(snapshot, 1, 't', Buffer.alloc(BLOCK), controller.signal);
      const ended = assert.rejects(call, { message: 'cancelled by the test' });
      // it is under way: how soon that is, is the machine's
      while (ebs.requests.length === 0) await delay(5);
      const startedAt = performance.now();
      controller.abort(new Error('cancelled by the test'));
      await ended;
      assert.ok(performance.now() - startedAt < 10_000, 'it does not wait for its own end');
      assert.equal(ebs.requests.length, 1);
    });

    test('calls start no faster than the rate, which may change meanwhile', async () => {
      const transport = opened({ timeoutMs: 10_000, deadlineMs: 20_000 }, 4);
      const startedAt = performance.now();
      const gets = Promise.all(Array.from({ length: 30 }, () => transport.get(snapshot, 1, 't', Buffer.alloc(BLOCK))));
      await delay(300);
      const allowed = 1 + (4 * (performance.now() - startedAt)) / 1_000 + 1;
      assert.ok(transport.calls.get <= allowed, `${transport.calls.get} calls where ${allowed} are allowed`);
      transport.setRate(10_000);
      await gets;
      assert.ok(performance.now() - startedAt < 5_000, 'at 4/s it would be more than 7 s');
    });

    test('no more connections are opened than asked for, and they are used again', async () => {
      const transport = opened({ timeoutMs: 10_000, deadlineMs: 20_000 });
      const gets = Array.from({ length: 60 }, (_, i) => transport.get(snapshot, i, 't', Buffer.alloc(BLOCK)));
      await Promise.all(gets);
      const connections = new Set(ebs.requests.map(({ port }) => port)).size;
      assert.ok(connections > 1 && connections <= 8, `${connections} connections`);
    });
  });
}
