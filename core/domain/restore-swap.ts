import type { DescribedVolume } from '../ports/tenant-volumes.ts';
import { sameDevice } from './restore-devices.ts';

/** What is at a device of an instance, and what is to be there. */
export interface Swap {
  readonly device: string;
  /** To be detached, if it is attached. */
  readonly out?: string;
  readonly in?: string;
}

export type SwapMove =
  | { readonly move: 'detach'; readonly volumeId: string }
  | { readonly move: 'attach'; readonly volumeId: string; readonly device: string };

export interface SwapProgress {
  /** What can be asked for now. */
  readonly moves: readonly SwapMove[];
  /** A volume is just being attached or detached. */
  readonly waiting: boolean;
  /** Everything is as it is to be. */
  readonly settled: boolean;
  /** What will never be: a volume is gone, or is another instance's now. One sentence each. */
  readonly blocked: readonly string[];
}

/**
 * The next moves towards having each `in` at its device and each `out` detached, from what the volumes are now: it may
 * be asked again after any of them, or after a crash. A volume that leaves a device leaves before another one comes.
 */
export const nextMoves = (
  instanceId: string,
  swaps: readonly Swap[],
  volumes: readonly DescribedVolume[],
): SwapProgress => {
  const byId = new Map(volumes.map((volume) => [volume.volumeId, volume]));
  const moves: SwapMove[] = [];
  const blocked: string[] = [];
  let settled = true;
  let waiting = false;
  for (const swap of swaps) {
    const step = nextMove(instanceId, swap, byId);
    if (step === 'settled') continue;
    settled = false;
    if (step === 'wait') waiting = true;
    else if ('blocked' in step) blocked.push(step.blocked);
    else moves.push(step);
  }
  return { moves, waiting, settled, blocked };
};

const nextMove = (
  instanceId: string,
  { device, ...swap }: Swap,
  byId: ReadonlyMap<string, DescribedVolume>,
): SwapMove | { readonly blocked: string } | 'settled' | 'wait' => {
  const leaving = swap.out === undefined ? undefined : byId.get(swap.out)?.attachment;
  if (swap.out !== undefined && leaving?.instanceId === instanceId) {
    return leaving.state === 'detaching' ? 'wait' : { move: 'detach', volumeId: swap.out };
  }
  if (swap.in === undefined) return 'settled';
  const coming = byId.get(swap.in);
  if (!coming) return { blocked: `${swap.in} is not there any more` };
  const { attachment } = coming;
  if (attachment && attachment.instanceId !== instanceId) {
    return { blocked: `${swap.in} is attached to ${attachment.instanceId} by now` };
  }
  if (attachment) {
    if (!sameDevice(attachment.device, device)) {
      return { blocked: `${swap.in} is at ${attachment.device}, not at ${device}` };
    }
    return attachment.state === 'attached' ? 'settled' : 'wait';
  }
  return coming.state === 'available' ? { move: 'attach', volumeId: swap.in, device } : 'wait';
};
