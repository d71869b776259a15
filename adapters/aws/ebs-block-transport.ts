import type { BlockTransport, IndexRange, TransportCalls } from '../../core/ports/block-transport.ts';
import type { EbsCalls } from './ebs-calls.ts';
import { isThrottled } from './ebs-classify.ts';
import {
  callWithRetry,
  type EbsRetryDeps,
  type EbsRetrySettings,
  ebsRetryDefaults,
  PageTokenExpired,
} from './ebs-retry.ts';
import { sealSnapshot } from './ebs-seal.ts';
import { createTokenBucket } from './token-bucket.ts';

export interface EbsBlockTransportOptions {
  readonly calls: EbsCalls;
  /** GetSnapshotBlock and PutSnapshotBlock calls a second; see `setRate`. */
  readonly blockRate: number;
  /** Asked for when EBS says that the session ran out. */
  readonly renewCredentials?: (signal: AbortSignal | undefined) => Promise<void>;
  readonly settings?: Partial<EbsRetrySettings>;
  readonly now?: () => number;
  readonly random?: () => number;
}

/** EBS allows 100 to 10,000. List calls are the scarcest quota (50/s an account), so as many as possible at once. */
const PAGE_RESULTS = 10_000;
/** How often one listing may lose its page token before something else must be wrong. */
const MOST_RESTARTS = 20;

/** The block transport over EBS direct, on top of either way to make the calls. */
export const createEbsBlockTransport = (options: EbsBlockTransportOptions): BlockTransport => {
  const { calls: api } = options;
  const now = options.now ?? Date.now;
  const bucket = createTokenBucket(options.blockRate, now);
  const calls: TransportCalls = { list: 0, get: 0, put: 0, complete: 0, retried: 0, throttled: 0 };
  const deps: EbsRetryDeps = {
    settings: { ...ebsRetryDefaults, ...options.settings },
    now,
    random: options.random ?? Math.random,
    renewCredentials: options.renewCredentials ?? (() => Promise.resolve()),
    onRetry: (error) => {
      calls.retried += 1;
      if (isThrottled(error)) calls.throttled += 1;
    },
  };
  const metered: EbsRetryDeps = { ...deps, mayStart: (signal) => bucket.take(signal) };

  const listPages = async function* <Entry extends { readonly index: number }>(
    what: string,
    range: IndexRange,
    signal: AbortSignal | undefined,
    fetchPage: (
      position: { pageToken?: string; startingBlockIndex?: number },
      signal: AbortSignal,
    ) => Promise<{ readonly blocks: readonly Entry[]; readonly nextToken: string | undefined }>,
  ): AsyncGenerator<Entry> {
    let next = range.from;
    let pageToken: string | undefined;
    let restarts = 0;
    while (next < range.to) {
      try {
        const position = pageToken === undefined ? { startingBlockIndex: next } : { pageToken };
        const page = await callWithRetry(deps, what, 'read', signal, (callSignal) => {
          calls.list += 1;
          return fetchPage(position, callSignal);
        });
        for (const entry of page.blocks) {
          if (entry.index < next) continue;
          if (entry.index >= range.to) return;
          next = entry.index + 1;
          yield entry;
        }
        // A page may be empty and still carry a token: only its absence ends the list.
        if (page.nextToken === undefined) return;
        pageToken = page.nextToken;
      } catch (error) {
        if (!(error instanceof PageTokenExpired)) throw error;
        restarts += 1;
        if (pageToken === undefined || restarts > MOST_RESTARTS) throw error.error;
        pageToken = undefined;
      }
    }
  };

  return {
    calls,
    list: (snapshotId, range, signal) =>
      listPages(`ListSnapshotBlocks ${snapshotId}`, range, signal, (position, callSignal) =>
        api.listSnapshotBlocks({ snapshotId, ...position, maxResults: PAGE_RESULTS }, callSignal),
      ),
    listChanged: (firstSnapshotId, secondSnapshotId, range, signal) =>
      listPages(`ListChangedBlocks ${firstSnapshotId}..${secondSnapshotId}`, range, signal, (position, callSignal) =>
        api.listChangedBlocks({ firstSnapshotId, secondSnapshotId, ...position, maxResults: PAGE_RESULTS }, callSignal),
      ),
    async get(snapshotId, index, token, into, signal) {
      const what = `GetSnapshotBlock ${snapshotId}/${index}`;
      const checksum = await callWithRetry(metered, what, 'read', signal, (callSignal) => {
        calls.get += 1;
        return api.getSnapshotBlock({ snapshotId, index, token }, into, callSignal);
      });
      return Buffer.from(checksum, 'base64');
    },
    put: (snapshotId, index, data, sha256, signal) => {
      const request = { snapshotId, index, checksum: Buffer.from(sha256).toString('base64') };
      return callWithRetry(metered, `PutSnapshotBlock ${snapshotId}/${index}`, 'write', signal, (callSignal) => {
        calls.put += 1;
        return api.putSnapshotBlock(request, data, callSignal);
      });
    },
    complete(snapshotId, blocks, checksum, signal) {
      const request = { snapshotId, changedBlocks: blocks, checksum: Buffer.from(checksum).toString('base64') };
      return sealSnapshot(api, deps, request, signal, (call) => {
        calls[call] += 1;
      });
    },
    setRate: (perSecond) => bucket.setRate(perSecond),
    close: () => api.close(),
  };
};
