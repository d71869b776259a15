/** Bodies are read by the kernel, or by TLS, straight into the caller's buffer: what must never get there, and what must. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net, { type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import tls from 'node:tls';
import { createHttpEbsCalls } from '../../adapters/aws/ebs-block-transport-http.ts';
import type { EbsCalls } from '../../adapters/aws/ebs-calls.ts';
import { BLOCK, blockOf, sha256 } from './small-ebs.ts';

const folder = mkdtempSync(join(tmpdir(), 'straight-reading-'));
const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', cert], { stdio: 'pipe' });
tls.setDefaultCACertificates([readFileSync(cert, 'utf8')]);
after(() => rmSync(folder, { recursive: true }));

const headOf = (index: number): string =>
  [
    ...['HTTP/1.1 200 OK', 'date: Mon, 01 Jan 2024 00:00:00 GMT', `content-length: ${BLOCK}`],
    ...[`x-amz-checksum: ${sha256(blockOf(index)).toString('base64')}`, '', ''],
  ].join('\r\n');
const answerOf = (index: number): Buffer => Buffer.concat([Buffer.from(headOf(index)), blockOf(index)]);

/** What is done with the n-th request, on whichever connection it comes. */
type Script = (socket: Socket, index: number, request: number, head: string) => void | Promise<void>;

const ways = {
  'plain HTTP': { scheme: 'http', listen: (serve: (socket: Socket) => void) => net.createServer(serve) },
  TLS: {
    scheme: 'https',
    listen: (serve: (socket: Socket) => void) =>
      tls.createServer({ key: readFileSync(key), cert: readFileSync(cert) }, serve),
  },
};

for (const [way, { scheme, listen }] of Object.entries(ways)) {
  describe(`over ${way}`, () => {
    const ends: (() => void)[] = [];
    after(() => {
      for (const end of ends) end();
    });
    const serve = async (script: Script, connections = 4): Promise<EbsCalls> => {
      let requests = 0;
      const sockets = new Set<Socket>();
      const server = listen((socket) => {
        sockets.add(socket);
        socket.on('error', () => socket.destroy());
        socket.on('data', (bytes: Buffer) => {
          const head = bytes.toString('latin1');
          void script(socket, Number(/blocks\/(\d+)/.exec(head)?.[1]), requests++, head);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const endpoint = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const credentials = () => ({ accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret' });
      const calls = createHttpEbsCalls({ region: 'eu-central-1', endpoint, connections, credentials });
      ends.push(() => {
        calls.close();
        for (const socket of sockets) socket.destroy();
        server.close();
      });
      return calls;
    };
    const get = (calls: EbsCalls, index: number, into: Uint8Array, signal = new AbortController().signal) =>
      calls.getSnapshotBlock({ snapshotId: 'snap-1', index, token: 't' }, into, signal);

    test('blocks on few connections, cut anywhere, all come whole, and nothing comes beside its buffer', async () => {
      const calls = await serve(async (socket, index) => {
        const answer = answerOf(index);
        const step = 1_000 + index * 7_919;
        for (let at = 0; at < answer.length; at += step) {
          socket.write(answer.subarray(at, at + step));
          if (index % 3 === 0) await delay(1);
        }
      });
      const room = Buffer.alloc(BLOCK + 2, 0xee);
      const around = room.subarray(1, BLOCK + 1);
      await Promise.all(
        Array.from({ length: 24 }, async (_, index) => {
          const into = index === 0 ? around : Buffer.alloc(BLOCK);
          assert.equal(await get(calls, index, into), sha256(into).toString('base64'));
          assert.ok(into.equals(blockOf(index)));
        }),
      );
      assert.deepEqual([room[0], room.at(-1)], [0xee, 0xee]);
    });

    test('what comes after a whole answer reaches no buffer, and the next call takes another connection', async () => {
      const used = new Set<Socket>();
      const calls = await serve((socket, index) => {
        used.add(socket);
        socket.write(Buffer.concat([answerOf(index), Buffer.alloc(index === 1 ? 50_000 : 0, 0xdd)]));
      }, 1);
      const first = Buffer.alloc(BLOCK);
      await get(calls, 1, first).catch(() => undefined);
      await delay(50);
      const second = Buffer.alloc(BLOCK);
      await get(calls, 2, second);
      assert.ok(second.equals(blockOf(2)));
      assert.equal(used.size, 2);
    });

    test('after an abort in the middle of a body, its rest does not reach the buffer', async () => {
      let goOn = (): void => undefined;
      const calls = await serve((socket, index, request) => {
        const answer = answerOf(index);
        if (request > 0) return void socket.write(answer);
        socket.write(answer.subarray(0, 200_000));
        goOn = () => void socket.write(answer.subarray(200_000));
      });
      const into = Buffer.alloc(BLOCK);
      const controller = new AbortController();
      const cut = get(calls, 1, into, controller.signal);
      await delay(60);
      controller.abort(new Error('no more'));
      await assert.rejects(cut, { message: 'no more' });
      await get(calls, 2, into);
      goOn();
      await delay(60);
      assert.ok(into.equals(blockOf(2)));
    });

    test('a connection that is reset in the middle of a body fails the call, and only that one', async () => {
      const calls = await serve((socket, index) => {
        if (index !== 1) return void socket.write(answerOf(index));
        socket.write(answerOf(index).subarray(0, 300_000), () => setTimeout(() => socket.destroy(), 20));
      });
      const bad = assert.rejects(get(calls, 1, Buffer.alloc(BLOCK)), { name: 'EbsCallError', status: 0 });
      const into = Buffer.alloc(BLOCK);
      await get(calls, 2, into);
      assert.ok(into.equals(blockOf(2)));
      await bad;
    });

    test('a clock that is off is set by the server’s, for the next try', async () => {
      const dates: string[] = [];
      const calls = await serve((socket, index, request, head) => {
        dates.push(/x-amz-date: (\d{8})/i.exec(head)?.[1] ?? '');
        if (request > 0) return void socket.write(answerOf(index));
        const date = 'date: Mon, 01 Jan 2024 00:00:00 GMT\r\nx-amzn-errortype: InvalidSignatureException';
        socket.write(`HTTP/1.1 403 Forbidden\r\n${date}\r\ncontent-length: 0\r\n\r\n`);
      });
      await assert.rejects(get(calls, 1, Buffer.alloc(BLOCK)), { code: 'ClockSkew' });
      await get(calls, 1, Buffer.alloc(BLOCK));
      assert.equal(dates[1], '20240101');
      assert.notEqual(dates[0], dates[1]);
    });
  });
}
