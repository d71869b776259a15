/** Runs orders without queue, broker or threads: a work area in memory, a disk library, snapshots in memory. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBlockBuffers } from '../../access-node/block-buffers.ts';
import type { ClaimedOrder } from '../../access-node/order-runner.ts';
import { performOrder } from '../../access-node/perform-order.ts';
import { createSharedCounters } from '../../access-node/shared-counters.ts';
import { spreadReading } from '../../access-node/spread-reading.ts';
import { createDiskStore } from '../../adapters/disk/disk-store.ts';
import { OrderWork } from '../../core/contracts/order-work.ts';
import type { BlockTransport } from '../../core/ports/block-transport.ts';
import type { OrderWorkArea } from '../../core/ports/node-control.ts';
import type { DeletableStore, ObjectStore } from '../../core/ports/object-store.ts';
import { type Library, openLibrary } from '../../library/library.ts';
import type { RangeReader } from '../../library/range-reader.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';
import { createTenantKeys } from '../../library/tenant-keys.ts';
import { createLocalKeyWrapper } from '../library/local-key-wrapper.ts';

const session = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c', expiresAt: 4e12 };

export const memoryWorkArea = () => {
  const objects = new Map<string, Buffer>();
  const area: OrderWorkArea = {
    getJson: async (key) => JSON.parse(objects.get(key)?.toString() ?? 'null') ?? undefined,
    putJson: async (key, value) => void objects.set(key, Buffer.from(JSON.stringify(value))),
    putBytes: async (key, bytes) => void objects.set(key, Buffer.from(bytes)),
    getRange: async (key, start, length) => {
      const object = objects.get(key);
      return object && { bytes: object.subarray(start, start + length), size: object.length };
    },
    close: () => undefined,
  };
  return { area, objects };
};

export const openBench = async (
  transport: BlockTransport,
  through = (store: DeletableStore & RangeReader): ObjectStore => store,
) => {
  const folder = await mkdtemp(join(tmpdir(), 'orders-'));
  const store = through(createDiskStore({ folder, sync: false }));
  const keys = await createTenantKeys({
    store,
    wrapper: createLocalKeyWrapper('test'),
    recoveryPublicKey: createRecoveryKeyPair(randomBytes).publicKey,
    tenant: 'hv-00000001',
    library: 'lib-1',
    random: randomBytes,
  });
  const open = (): Library => openLibrary({ store, keys, random: randomBytes, now: Date.now });
  const { area, objects } = memoryWorkArea();
  let orders = 0;

  /** Performs one order as a fresh node would and answers with its id, its result's key and the result. */
  const perform = async (
    work: OrderWork,
    {
      before = [],
      claim = 1,
      signal = new AbortController().signal,
    }: { before?: { orderId: string; resultKey: string }[]; claim?: number; signal?: AbortSignal } = {},
  ) => {
    orders += 1;
    const orderId = `ord-${String(orders).padStart(8, '0')}`;
    const order: ClaimedOrder = {
      orderId,
      claim,
      jobId: 'job-00000001',
      attempt: 1,
      tenantAccountId: '222222222222',
      tenantRegion: 'eu-central-1',
      workBucket: 'work',
      documentKey: `orders/${orderId}.json`,
      resultPrefix: 'results/',
      credentials: { tenant: session, library: session, workArea: session },
      blockRate: 1_000,
      heartbeatSeconds: 20,
    };
    await area.putJson(order.documentKey, OrderWork.parse(work));
    await area.putJson(`${order.documentKey}.results.json`, {
      resultKeys: Object.fromEntries(before.map(({ orderId, resultKey }) => [orderId, resultKey])),
    });
    const library = open();
    await library.index.refresh();
    const counters = createSharedCounters();
    const { resultKey } = await performOrder({
      order,
      workArea: area,
      transport: async () => transport,
      library: () => library,
      spread: () =>
        spreadReading({
          library,
          credentials: () => session,
          threads: 1,
          signal: new AbortController().signal,
          wantHelpers: () => undefined,
        }),
      maintenance: {
        store: () => library.store as never,
        noteCondemned: async () => undefined,
        raiseFences: async () => undefined,
        tell: () => undefined,
      },
      buffers: createBlockBuffers(),
      counters,
      signal,
      connections: 8,
      level: 'default',
      now: Date.now,
      random: Math.random,
    });
    return { orderId, resultKey, counters: counters.read(), result: (await area.getJson(resultKey)) as never };
  };
  /** As a newer node would have left it: its result says more. */
  const sayMore = async (resultKey: string): Promise<void> => {
    const result = (await area.getJson(resultKey)) as { readonly pages: readonly object[] };
    const pages = result.pages.map((page) => ({ ...page, more: true }));
    await area.putJson(resultKey, { ...result, pages, more: true });
  };
  return { perform, sayMore, open, objects, close: () => rm(folder, { recursive: true, force: true }) };
};
