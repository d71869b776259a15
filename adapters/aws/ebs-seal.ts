import { setTimeout as delay } from 'node:timers/promises';
import { SnapshotFailed } from '../../core/domain/errors.ts';
import { type CompleteSnapshot, EbsCallError, type EbsCalls } from './ebs-calls.ts';
import { callWithRetry, type EbsRetryDeps } from './ebs-retry.ts';

const FIRST_LOOK_MS = 200;
const LONGEST_PAUSE_MS = 15_000;

/**
 * CompleteSnapshot, repeatable. A snapshot that was sealed before (by another node, or by a try whose answer was lost)
 * refuses to be sealed again; what tells it from one that is really refused is that it becomes readable soon. How AWS
 * words that refusal is not documented, so only refusals that can never mean it end at once.
 */
export const sealSnapshot = async (
  api: EbsCalls,
  deps: EbsRetryDeps,
  request: CompleteSnapshot,
  signal: AbortSignal | undefined,
  count: (call: 'complete' | 'list') => void,
): Promise<void> => {
  const what = `CompleteSnapshot ${request.snapshotId}`;
  try {
    await callWithRetry(deps, what, 'write', signal, (callSignal) => {
      count('complete');
      return api.completeSnapshot(request, callSignal);
    });
  } catch (error) {
    if (!mayBeSealed(error)) throw error;
    const { now, settings } = deps;
    const until = now() + settings.sealGraceMs;
    for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      count('list');
      if (await isReadable(api, deps, request.snapshotId, signal)) return;
      if (now() + pause > until) throw error;
      await delay(pause, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    }
  }
};

/** Not when count or checksum are wrong, the snapshot is unknown, or the credentials may not. */
const mayBeSealed = (error: unknown): boolean =>
  error instanceof SnapshotFailed &&
  error.cause instanceof EbsCallError &&
  error.cause.code === 'ValidationException' &&
  error.cause.reason !== 'INVALID_PARAMETER_VALUE';

/** Only a completed snapshot can be listed. */
const isReadable = async (
  api: EbsCalls,
  deps: EbsRetryDeps,
  snapshotId: string,
  signal: AbortSignal | undefined,
): Promise<boolean> => {
  try {
    await callWithRetry(deps, `ListSnapshotBlocks ${snapshotId}`, 'read', signal, (callSignal) =>
      api.listSnapshotBlocks({ snapshotId, startingBlockIndex: 0, maxResults: 100 }, callSignal),
    );
    return true;
  } catch (error) {
    if (error instanceof SnapshotFailed) return false;
    throw error;
  }
};
