import type { DeletableStore, ListedObject } from '../../core/ports/object-store.ts';

/** The port in memory, for tests that need thousands of libraries. Held to the same suite as the others. */
export class MemoryStore implements DeletableStore {
  readonly objects: Map<string, Buffer>;
  constructor(objects: Iterable<[string, Buffer]> = []) {
    this.objects = new Map(objects);
  }
  async putNew(key: string, bytes: Uint8Array) {
    if (this.objects.has(key)) return { outcome: 'exists' as const };
    this.objects.set(key, Buffer.from(bytes));
    return { outcome: 'created' as const };
  }
  async get(key: string) {
    const bytes = this.objects.get(key);
    return bytes && { bytes };
  }
  async getRange(key: string, start: number, length: number) {
    return this.objects.get(key)?.subarray(start, start + length);
  }
  async head(key: string) {
    const bytes = this.objects.get(key);
    return bytes && { size: bytes.length };
  }
  async *list(prefix: string): AsyncGenerator<ListedObject> {
    for (const [key, { length }] of [...this.objects]) if (key.startsWith(prefix)) yield { key, size: length };
  }
  async delete(key: string) {
    this.objects.delete(key);
  }
}
