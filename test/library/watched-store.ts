import type { DeletableStore } from '../../core/ports/object-store.ts';

export type StoreCall = 'putNew' | 'get' | 'getRange' | 'head' | 'list' | 'delete';

/** A store that asks before each of its calls, and again after it; calls are counted from 1. */
export const watchedStore = (
  store: DeletableStore,
  watch: (call: StoreCall, key: string, when: 'before' | 'after', number: number) => void | Promise<void>,
): DeletableStore => {
  let calls = 0;
  const watched = async <T>(call: StoreCall, key: string, work: () => Promise<T>): Promise<T> => {
    const number = ++calls;
    await watch(call, key, 'before', number);
    const answer = await work();
    await watch(call, key, 'after', number);
    return answer;
  };
  return {
    putNew: (key, bytes) => watched('putNew', key, () => store.putNew(key, bytes)),
    get: (key, versionId) => watched('get', key, () => store.get(key, versionId)),
    getRange: (key, start, length, versionId) =>
      watched('getRange', key, () => store.getRange(key, start, length, versionId)),
    head: (key) => watched('head', key, () => store.head(key)),
    delete: (key, versionId) => watched('delete', key, () => store.delete(key, versionId)),
    async *list(prefix) {
      const number = ++calls;
      await watch('list', prefix, 'before', number);
      yield* store.list(prefix);
      await watch('list', prefix, 'after', number);
    },
  };
};

export class Died extends Error {
  override readonly name = 'Died';
}

/** Dies at its n-th call, before or after what that does; a dead process does nothing more. `calls` counts. */
export const mortalStore = (
  store: DeletableStore,
  nth: number,
  when: 'before' | 'after',
): DeletableStore & { readonly calls: number } => {
  let calls = 0;
  let dead = false;
  const watched = watchedStore(store, (call, key, moment, number) => {
    if (dead) throw new Died('dead');
    calls = Math.max(calls, number);
    if (number !== nth || moment !== when) return;
    dead = true;
    throw new Died(`${when} ${call} ${key}`);
  });
  return Object.defineProperty(watched, 'calls', { get: () => calls }) as DeletableStore & { readonly calls: number };
};
