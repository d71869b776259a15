import type { PackPlace } from './block-table.ts';
import { packName } from './names.ts';
import { Frames } from './seal.ts';
import type { TenantKeys } from './tenant-key-ring.ts';

const FRAMES_KEPT = 256;

/** Opens the frames of packs. Deriving a pack's key costs as much as hashing 10 KiB: those used last are kept. */
export class PackFrames {
  readonly #keys: TenantKeys;
  readonly #kept = new Map<string, Frames>();

  constructor(keys: TenantKeys) {
    this.#keys = keys;
  }

  of({ id, keyNumber, salt }: PackPlace): Frames {
    const known = this.#kept.get(id);
    if (known) return known;
    const frames = new Frames(this.#keys, 'pack', packName(id), { keyNumber, salt });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < FRAMES_KEPT) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(id, frames);
    return frames;
  }
}
