import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import type { LentLibrary } from '../../access-node/tenant-libraries.ts';
import { createWorkerPool } from '../../access-node/worker-pool.ts';
import type { FromWorker, ToWorker } from '../../access-node/worker-protocol.ts';
import { log, orderId, yours } from './fakes.ts';

const order = { ...yours(), orderId } as never;
const library = { kind: 'disk', path: '/x' };
const withLibrary = {
  ...yours({
    libraryAccess: { library, tenantId: 'hv-00000001', libraryId: 'l', kmsKeyArn: 'k', recoveryPublicKey: 'r' },
    credentials: { library: session(), workArea: session() },
  }),
  orderId,
} as never;
function session() {
  return { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiresAt: 4e12 };
}

/** A thread that notes what it is told and says what the test wants. */
class FakeWorker extends EventEmitter {
  readonly told: ToWorker[] = [];
  terminated = false;
  postMessage(message: ToWorker): void {
    this.told.push(message);
  }
  async terminate(): Promise<number> {
    this.terminated = true;
    this.emit('exit', 1);
    return 1;
  }
  says(message: FromWorker): void {
    this.emit('message', message);
  }
}
const done: FromWorker = {
  type: 'ended',
  end: { end: 'done', resultKey: 'r' },
  figures: { kind: 'read-segment', seconds: 1, calls: {} },
};
const pool = (lend: () => Promise<LentLibrary> = () => Promise.reject(new Error('none'))) => {
  const workers: FakeWorker[] = [];
  const made = createWorkerPool({
    startWorker: () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker as unknown as Worker;
    },
    libraries: { lend },
    log,
  });
  return { workers, pool: made };
};
const fences = async (): Promise<void> => undefined;
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a thread is used again for the next order, and one that was warmed is used first', async () => {
  const { workers, pool: threads } = pool();
  threads.warm(1);
  for (let i = 0; i < 2; i += 1) {
    const running = threads.start(order, () => undefined, fences);
    await turn();
    workers[0]?.says(done);
    assert.deepEqual(await running.ended, { end: 'done', resultKey: 'r' });
  }
  assert.equal(workers.length, 1);
});

test('a thread that dies fails its order as transient and is replaced', async () => {
  const { workers, pool: threads } = pool();
  const running = threads.start(order, () => undefined, fences);
  await turn();
  workers[0]?.emit('error', new RangeError('out of memory'));
  workers[0]?.emit('exit', 1);
  const end = await running.ended;
  assert.equal(end.end === 'failed' && end.error.name, 'TransientFailure');
  assert.match(end.end === 'failed' ? end.error.message : '', /out of memory/);
  threads.start(order, () => undefined, fences);
  await turn();
  assert.equal(workers.length, 2);
});

test('rate, credentials and stop reach the thread; its wish for credentials reaches the claim', async () => {
  const { workers, pool: threads } = pool();
  let wished = 0;
  const wish = (): void => {
    wished += 1;
  };
  const running = threads.start(order, wish, fences);
  await turn();
  const [worker] = workers;
  running.setRate(7);
  running.setCredentials({ workArea: session() });
  worker?.says({ type: 'want-credentials' });
  running.stop();
  assert.deepEqual(
    worker?.told.map(({ type }) => type),
    ['start', 'rate', 'credentials', 'stop'],
  );
  assert.equal(wished, 1);
  worker?.says({ ...done, end: { end: 'stopped' } });
  assert.deepEqual(await running.ended, { end: 'stopped' });
  assert.equal(worker?.terminated, false);
});

test('a thread that does not stop is ended', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { workers, pool: threads } = pool();
  const running = threads.start(order, () => undefined, fences);
  await turn();
  running.stop();
  context.mock.timers.tick(5_000);
  assert.deepEqual(await running.ended, { end: 'stopped' });
  assert.equal(workers[0]?.terminated, true);
});

test('an order whose library cannot be opened fails by the name of that, without a thread', async () => {
  const wrong = Object.assign(new Error('refused'), { name: 'WrongKey' });
  const { workers, pool: threads } = pool(() => Promise.reject(wrong));
  const end = await threads.start(withLibrary, () => undefined, fences).ended;
  assert.equal(end.end === 'failed' && end.error.name, 'LibraryUnavailable');
  assert.equal(workers.length, 0);
});

test('an order that is stopped while its library is opened ends at once, and the library goes back', async () => {
  const opening = Promise.withResolvers<LentLibrary>();
  const { pool: threads } = pool(() => opening.promise);
  const running = threads.start(withLibrary, () => undefined, fences);
  await turn();
  running.stop();
  assert.deepEqual(await running.ended, { end: 'stopped' });
  let back = 0;
  const freshIndex = async () => assert.fail('nobody asks for it');
  opening.resolve({
    shared: undefined as never,
    freshIndex,
    setCredentials: () => undefined,
    giveBack: () => void back++,
  });
  await turn();
  assert.equal(back, 1);
});

const lentLibrary = async (): Promise<LentLibrary> => ({
  shared: {} as never,
  freshIndex: () => Promise.reject(new Error('none')),
  setCredentials: () => undefined,
  giveBack: () => undefined,
});
const types = (worker: FakeWorker | undefined) => worker?.told.map(({ type }) => type);

test('a thread without an order helps the one that asks, until an order waits for it', async () => {
  const { workers, pool: threads } = pool(lentLibrary);
  threads.warm(2);
  const check = threads.start(withLibrary, () => undefined, fences);
  await turn();
  const checking = workers.find(({ told }) => told.length > 0);
  const helping = workers.find((worker) => worker !== checking);
  checking?.says({ type: 'want-helpers' });
  assert.deepEqual([types(checking), types(helping)], [['start', 'helper'], ['help']]);

  const backup = threads.start(order, () => undefined, fences);
  await turn();
  assert.deepEqual(types(helping), ['help', 'help-no-more'], 'it ends what it has first');
  helping?.says({ type: 'helped' });
  await turn();
  assert.deepEqual(types(helping)?.at(-1), 'start');
  helping?.says(done);
  assert.equal((await backup.ended).end, 'done');
  assert.deepEqual(types(helping)?.at(-1), 'help', 'and it helps again');

  checking?.says(done);
  assert.equal((await check.ended).end, 'done');
  helping?.says({ type: 'helped' });
  checking?.says({ type: 'want-helpers' });
  assert.equal(types(helping)?.filter((type) => type === 'help').length, 2, 'nobody is helped who has no order');
  assert.equal(workers.length, 2);
});

test('an order that waits for a helping thread that dies gets another; one that is stopped meanwhile leaves it alone', async () => {
  const { workers, pool: threads } = pool(lentLibrary);
  threads.warm(2);
  threads.start(withLibrary, () => undefined, fences);
  await turn();
  const checking = workers.find(({ told }) => told.length > 0);
  const helping = workers.find((worker) => worker !== checking);
  checking?.says({ type: 'want-helpers' });
  threads.start(order, () => undefined, fences);
  await turn();
  helping?.emit('exit', 1);
  await turn();
  assert.deepEqual([workers.length, types(workers[2])], [3, ['start']]);
  workers[2]?.says(done);
  await turn();
  assert.deepEqual(types(workers[2]), ['start', 'help']);

  const stopped = threads.start(order, () => undefined, fences);
  await turn();
  stopped.stop();
  workers[2]?.says({ type: 'helped' });
  assert.equal((await stopped.ended).end, 'stopped');
  assert.equal(types(workers[2])?.filter((type) => type === 'start').length, 1);
});
