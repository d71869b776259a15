/**
 * Fetches blocks of one snapshot for a given time with the product's transport, its rate and its lanes, and compares each
 * with its SHA-256: a process to be measured. As many threads as an access node has workers on this machine; they share
 * the connections and the snapshot's quota of calls as workers do. Tells `began` and `ended` (a `FarEnd`) around the time
 * that counts.
 */
import { hash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { createConcurrency } from '../access-node/orders/concurrency.ts';
import { inLanes } from '../access-node/orders/in-lanes.ts';
import { openEbsTransport } from '../adapters/aws/open-ebs-transport.ts';
import { BLOCK_BYTES } from '../library/block.ts';

export interface FarFetcherInput {
  readonly endpoint: string;
  /** Of all threads; `adaptive`: each has up to 64 and finds how many are worth it, as an access node does. */
  readonly connections: number | 'adaptive';
  readonly warmMs: number;
  readonly countedMs: number;
}

export type FromFarFetcher = { readonly type: 'began' } | ({ readonly type: 'ended' } & FarEnd);

export interface FarEnd {
  readonly blocks: number;
  readonly seconds: number;
  /** Lanes that were open at the end, of all threads. */
  readonly lanes: number;
}

interface ThreadInput {
  readonly endpoint: string;
  readonly most: number;
  readonly adaptive: boolean;
  readonly blockRate: number;
  readonly counted: SharedArrayBuffer;
  readonly at: number;
}

/** GetSnapshotBlock calls a second that AWS allows for one snapshot. */
const CALLS_PER_SECOND = 1_000;
const MOST_OF_A_WORKER = 64;
const SNAPSHOT = 'snap-0123456789abcdef0';
const [BLOCKS, LANES] = [0, 1];

const fetchForEver = async ({ endpoint, most, adaptive, blockRate, counted, at }: ThreadInput): Promise<void> => {
  const cells = new Int32Array(counted);
  const credentials = () => ({
    accessKeyId: 'AKIA',
    secretAccessKey: 'secret',
    sessionToken: 'token',
    expiresAt: 4e12,
  });
  const transport = await openEbsTransport({
    kind: 'http',
    region: 'eu-central-1',
    endpoint,
    connections: most,
    credentials,
    renewCredentials: async () => undefined,
    blockRate,
  });
  const concurrency = adaptive ? createConcurrency({ most }) : { limit: most, ended: () => undefined };
  const buffers: Buffer[] = [];
  let index = 0;
  await inLanes<number>(new AbortController().signal, async (signal) => ({
    concurrency,
    next: async () => ({ value: index++ % 2 ** 27 }),
    work: async (block) => {
      const buffer = buffers.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
      const stated = await transport.get(SNAPSHOT, block, 'dG9rZW4=', buffer, signal);
      if (Buffer.compare(hash('sha256', buffer, 'buffer'), stated) !== 0) throw new Error('another SHA-256');
      buffers.push(buffer);
      concurrency.ended(transport.calls.throttled, Date.now());
      Atomics.add(cells, BLOCKS, 1);
      Atomics.store(cells, LANES + at, concurrency.limit);
    },
  }));
};

const measure = async ({ endpoint, connections, warmMs, countedMs }: FarFetcherInput): Promise<void> => {
  const threads = availableParallelism();
  const counted = new SharedArrayBuffer(4 * (LANES + threads));
  const cells = new Int32Array(counted);
  const adaptive = connections === 'adaptive';
  const shareOf = (at: number): number => Math.floor((Number(connections) + at) / threads);
  const blockRate = CALLS_PER_SECOND / threads;
  for (let at = 0; at < threads; at++) {
    const most = adaptive ? MOST_OF_A_WORKER : shareOf(at);
    if (most === 0) continue;
    const workerData: ThreadInput = { endpoint, most, adaptive, blockRate, counted, at };
    new Worker(new URL(import.meta.url), { workerData }).once('error', (error) => {
      throw error;
    });
  }
  await sleep(warmMs);
  // the clock first and last: a thread that has to wait in between makes the rate lower, not higher
  const before = performance.now();
  const blocksBefore = Atomics.load(cells, BLOCKS);
  process.send?.({ type: 'began' } satisfies FromFarFetcher);
  await sleep(countedMs);
  const blocks = Atomics.load(cells, BLOCKS) - blocksBefore;
  const seconds = (performance.now() - before) / 1_000;
  const lanes = cells.subarray(LANES).reduce((sum, each) => sum + each, 0);
  process.send?.({ type: 'ended', blocks, seconds, lanes } satisfies FromFarFetcher);
};

if (isMainThread) await measure(JSON.parse(process.argv[2] ?? '') as FarFetcherInput);
else await fetchForEver(workerData as ThreadInput);
