import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Key material as it travels to a worker thread of the same process. Never to be stored. */
export interface SharedTenantKeys {
  readonly dataKeys: readonly (readonly [number, Uint8Array])[];
  readonly idKey: Uint8Array;
}

const derive = (idKey: Uint8Array, info: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', idKey, Buffer.alloc(0), info, 32)));

/**
 * The opened keys of one tenant: data keys by number (rotation adds one; the highest seals what is new) and the id key,
 * which stays the same for the library's life, because equal blocks must keep equal ids.
 */
export class TenantKeys {
  readonly current: number;
  readonly #dataKeys: ReadonlyMap<number, Uint8Array>;
  readonly #idKey: Uint8Array;
  readonly #blockIdKey: KeyObject;
  readonly #pageIdKey: KeyObject;

  constructor({ dataKeys, idKey }: SharedTenantKeys) {
    this.#dataKeys = new Map(dataKeys);
    this.current = Math.max(...this.#dataKeys.keys());
    this.#idKey = idKey;
    this.#blockIdKey = derive(idKey, 'holdfast/1 block id');
    this.#pageIdKey = derive(idKey, 'holdfast/1 page id');
  }

  dataKey(number: number): Uint8Array | undefined {
    return this.#dataKeys.get(number);
  }

  /** 32 bytes. `sha` is SHA-256 of the plain block. */
  blockId(sha: Uint8Array): Buffer {
    return createHmac('sha256', this.#blockIdKey).update(sha).digest();
  }

  /** 32 bytes, over a page's decrypted content. */
  pageId(content: Uint8Array): Buffer {
    return createHmac('sha256', this.#pageIdKey).update(content).digest();
  }

  share(): SharedTenantKeys {
    return { dataKeys: [...this.#dataKeys], idKey: this.#idKey };
  }
}
