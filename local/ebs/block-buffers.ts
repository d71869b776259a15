import type { Buffer } from 'node:buffer';
import { BLOCK_SIZE } from '../block-storage/block-size.ts';

/** As many as there may well be answers under way at a time; what is above that is left to the collector. */
const MOST_KEPT = 64;

/**
 * Buffers that answers with a block are read into, used again once they are sent. A new one for each makes V8 mark the
 * whole heap of the cloud every few dozen blocks: that was more than half of what a block cost.
 */
export class BlockBuffers {
  readonly #free: Buffer[] = [];

  /** Its content is whatever was in it. */
  take(): Buffer {
    return this.#free.pop() ?? globalThis.Buffer.allocUnsafeSlow(BLOCK_SIZE);
  }

  give(buffer: Buffer): void {
    if (this.#free.length < MOST_KEPT) this.#free.push(buffer);
  }
}
