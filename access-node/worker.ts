import type { MessagePort } from 'node:worker_threads';
import type { CountCall } from '../core/contracts/billed-calls.ts';
import type { LibraryRef, OrderLock, SessionCredentials } from '../core/contracts/orders.ts';
import { InvalidRequest } from '../core/domain/errors.ts';
import type { BlockTransport } from '../core/ports/block-transport.ts';
import type { OrderWorkArea } from '../core/ports/node-control.ts';
import type { DeletableStore } from '../core/ports/object-store.ts';
import { attachLibrary, type Library, type SharedLibrary } from '../library/library.ts';
import { PackBufferPool } from '../library/pack-buffer.ts';
import { createBlockBuffers } from './block-buffers.ts';
import { helpReading } from './help-reading.ts';
import { createIndexLine, type IndexLine } from './index-line.ts';
import { createLiveCredentials } from './live-order-credentials.ts';
import { createMaintenanceLine, type MaintenanceLine } from './maintenance-line.ts';
import { asOrderError } from './order-errors.ts';
import type { ClaimedOrder, WorkEnd } from './order-runner.ts';
import { performOrder } from './perform-order.ts';
import { createSharedCalls, type SharedCalls } from './shared-calls.ts';
import { createSharedCounters } from './shared-counters.ts';
import { type SpreadReading, spreadReading } from './spread-reading.ts';
import type { FromWorker, HelpedLibrary, ToWorker } from './worker-protocol.ts';

/** What the composition root makes for a worker thread; everything that reaches AWS comes from here. */
export interface WorkerOutside {
  openTransport(options: {
    readonly region: string;
    readonly credentials: () => SessionCredentials;
    /** Called when EBS says that the session ran out. */
    readonly renewCredentials: () => Promise<void>;
    readonly blockRate: number;
    readonly count: CountCall;
  }): Promise<BlockTransport>;
  openWorkArea(bucket: string, credentials: () => SessionCredentials, count: CountCall): OrderWorkArea;
  openStore(
    library: LibraryRef,
    credentials: () => SessionCredentials,
    lock: () => OrderLock | undefined,
    count: CountCall,
  ): OpenedStore;
  /** Whether a store refers to no bytes that it was given once it has written them, earlier tries included. */
  readonly forgetsBodies: boolean;
  readonly connections: number;
  /** Worker threads of this node. */
  readonly slots: number;
  readonly level: 'fast' | 'default';
  readonly now: () => number;
  readonly random: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

export interface OpenedStore {
  readonly store: DeletableStore;
  close(): void;
}

/** How long a refused session waits for another before it tries with what it has. */
const RENEWAL_MS = 30_000;

interface Current {
  readonly stop: AbortController;
  readonly credentials: ReturnType<typeof createLiveCredentials>;
  readonly calls: SharedCalls;
  rate: number;
  transport: BlockTransport | undefined;
  store: OpenedStore | undefined;
  reading: SpreadReading | undefined;
  readonly line: MaintenanceLine;
  readonly indexLine: IndexLine;
}

/** The loop of a worker thread: one order at a time, everything of an order in this one thread. */
export const runWorker = (port: MessagePort, outside: WorkerOutside): void => {
  const tell = (message: FromWorker): void => port.postMessage(message);
  const buffers = createBlockBuffers();
  const packBuffers = new PackBufferPool({ releases: outside.forgetsBodies });
  let current: Current | undefined;
  let helping: { stop(): void } | undefined;

  port.on('message', (message: ToWorker) => {
    switch (message.type) {
      case 'start':
        void run(message);
        return;
      case 'credentials':
        current?.credentials.replace(message.credentials);
        return;
      case 'rate':
        if (current) current.rate = message.callsPerSecond;
        current?.transport?.setRate(message.callsPerSecond);
        return;
      case 'control-called':
        current?.line.controlCalled(message.error);
        return;
      case 'index':
        current?.indexLine.answered(message.answer);
        return;
      case 'helper':
        if (current?.reading) current.reading.addHelper(message.port);
        else message.port.close();
        return;
      case 'help':
        help(message.library, message.port);
        return;
      case 'help-no-more':
        helping?.stop();
        return;
      case 'stop':
        current?.stop.abort(new Error('stopped'));
        return;
      default:
        message satisfies never;
    }
  });
  tell({ type: 'ready' });

  async function run({ order, library: shared, counters, calls }: Extract<ToWorker, { type: 'start' }>): Promise<void> {
    const startedAt = performance.now();
    const credentials = createLiveCredentials(order.credentials);
    const mine: Current = {
      stop: new AbortController(),
      credentials,
      calls: createSharedCalls(calls),
      rate: order.blockRate,
      transport: undefined,
      store: undefined,
      reading: undefined,
      line: createMaintenanceLine(tell),
      indexLine: createIndexLine(tell),
    };
    current = mine;
    const workArea = outside.openWorkArea(order.workBucket, credentials.workArea, mine.calls.count);
    let kind = 'unknown';
    let end: WorkEnd;
    try {
      const performed = await performOrder({
        order,
        workArea,
        transport: async () => {
          credentials.tenant();
          mine.transport ??= await outside.openTransport({
            region: order.tenantRegion,
            credentials: credentials.tenant,
            renewCredentials: () => {
              tell({ type: 'want-credentials' });
              return credentials.renewed(RENEWAL_MS);
            },
            blockRate: mine.rate,
            count: mine.calls.count,
          });
          return mine.transport;
        },
        library: () => openLibrary(order, shared, mine),
        maintenance: {
          ...mine.line,
          store: () => openStore(order, mine),
        },
        spread: () => spreadOver(openLibrary(order, shared, mine), mine),
        buffers,
        counters: createSharedCounters(counters),
        signal: mine.stop.signal,
        connections: outside.connections,
        level: outside.level,
        now: outside.now,
        random: outside.random,
      });
      kind = performed.kind;
      end = { end: 'done', resultKey: performed.resultKey };
    } catch (error) {
      const { name, message } = asOrderError(error);
      end = mine.stop.signal.aborted ? { end: 'stopped' } : { end: 'failed', error: { name, message } };
    }
    const ebsCalls = { ...mine.transport?.calls };
    mine.transport?.close();
    mine.reading?.close();
    mine.store?.close();
    workArea.close();
    current = undefined;
    tell({ type: 'ended', end, figures: { kind, seconds: (performance.now() - startedAt) / 1000, calls: ebsCalls } });
  }

  function spreadOver(library: Library, mine: Current): SpreadReading {
    mine.reading ??= spreadReading({
      library,
      credentials: mine.credentials.library,
      threads: outside.slots,
      signal: mine.stop.signal,
      wantHelpers: () => tell({ type: 'want-helpers' }),
    });
    return mine.reading;
  }

  function help({ library, shared, calls }: HelpedLibrary, other: MessagePort): void {
    const { count } = createSharedCalls(calls);
    helping = helpReading(
      other,
      (credentials) => {
        const { store, close } = outside.openStore(library, credentials, () => undefined, count);
        const { randomBytes: random, now } = outside;
        // its own copy of an index would not fit: who asked looks for what is not in this one
        const askForFresh = () => Promise.reject(new Error('a helper does not bring the index up to date'));
        return { library: attachLibrary({ store, shared, askForFresh, random, now }), close };
      },
      () => {
        helping = undefined;
        tell({ type: 'helped' });
      },
    );
  }

  function openStore({ libraryAccess, lock }: ClaimedOrder, mine: Current): DeletableStore {
    if (!libraryAccess) throw new InvalidRequest('the order came without a library');
    mine.store ??= outside.openStore(libraryAccess.library, mine.credentials.library, () => lock, mine.calls.count);
    return mine.store.store;
  }

  function openLibrary(order: ClaimedOrder, shared: SharedLibrary | undefined, mine: Current): Library {
    if (!order.libraryAccess || !shared) throw new InvalidRequest('the order came without a library');
    const library = attachLibrary({
      store: openStore(order, mine),
      shared,
      askForFresh: mine.indexLine.askForFresh,
      random: outside.randomBytes,
      now: outside.now,
    });
    return { ...library, packBuffers };
  }
};
