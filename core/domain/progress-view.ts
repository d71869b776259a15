/** How far an instance and its volumes are, and how long the rest takes. Pure. */
import type { JobInstanceView, JobVolumeView } from '../contracts/api.ts';
import { BLOCK_BYTES } from '../contracts/ids.ts';
import type { JobInstance } from './job.ts';
import { defined } from './view-fields.ts';
import { doneBytes, NOTHING_OF_VOLUME, ofVolume, type VolumeCounters, type VolumeProgress } from './volume-progress.ts';

interface Span {
  /** ms since 1970; absent: nothing was moved yet. */
  readonly from: number | undefined;
  /** Absent: it goes on. */
  readonly to: number | undefined;
}

/**
 * Bytes a second that went through; and the seconds that the rest takes, at the pace at which all was dealt with. Of the
 * span alone: not of what was counted `before` it.
 */
const paceOf = (
  { from, to }: Span,
  counters: VolumeCounters,
  before: VolumeCounters,
  plannedBlocks: number | undefined,
  now: number,
): { rate?: number; secondsLeft?: number } => {
  if (from === undefined) return {};
  const seconds = ((to ?? now) - from) / 1_000;
  if (seconds <= 0) return {};
  const rate = Math.max(0, counters.bytes - before.bytes) / seconds;
  if (to !== undefined || plannedBlocks === undefined) return { rate };
  const done = doneBytes(plannedBlocks, counters);
  const doneSince = done - doneBytes(plannedBlocks, before);
  if (doneSince <= 0) return { rate };
  return { rate, secondsLeft: ((plannedBlocks * BLOCK_BYTES - done) * seconds) / doneSince };
};

type Progress = Pick<JobInstanceView, 'plannedBytes' | 'doneBytes' | 'rate' | 'secondsLeft'>;

export const instanceProgress = (instance: JobInstance, now: number): Progress => {
  const { transferStartedAt: from, transferEndedAt: to, plannedBlocks, counters } = instance;
  const { countedBefore = NOTHING_OF_VOLUME } = instance;
  return {
    ...(plannedBlocks === undefined
      ? {}
      : { plannedBytes: plannedBlocks * BLOCK_BYTES, doneBytes: doneBytes(plannedBlocks, counters) }),
    ...paceOf({ from, to }, counters, countedBefore, plannedBlocks, now),
  };
};

const volumeProgress = (progress: VolumeProgress, ended: number | undefined, now: number) => {
  const { plannedBlocks, startedAt, movedAt, before = NOTHING_OF_VOLUME } = progress;
  const plannedBytes = plannedBlocks * BLOCK_BYTES;
  const done = doneBytes(plannedBlocks, progress);
  const to = done === plannedBytes || ended !== undefined ? (movedAt ?? ended) : undefined;
  return {
    plannedBytes,
    doneBytes: done,
    counters: ofVolume(progress),
    ...paceOf({ from: startedAt, to }, progress, before, plannedBlocks, now),
  };
};

/** With its level, and how far it is: what is known of each. `reasonFor`: as whoever asks may read it. */
export const volumeViews = (
  { volumes, progress = {}, transferEndedAt }: JobInstance,
  now: number,
  reasonFor: (reason: string | undefined) => string | undefined,
): JobVolumeView[] | undefined => {
  const ids = new Set([...(volumes ?? []).map(({ volumeId }) => volumeId), ...Object.keys(progress)]);
  if (volumes === undefined && ids.size === 0) return undefined;
  return [...ids].map((volumeId) => {
    const known = volumes?.find((volume) => volume.volumeId === volumeId);
    const measured = progress[volumeId];
    return {
      volumeId,
      ...defined({ level: known?.level, reason: reasonFor(known?.reason) }),
      ...(measured ? volumeProgress(measured, transferEndedAt, now) : {}),
    };
  });
};
