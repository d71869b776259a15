import { createHash } from 'node:crypto';
import type { BlockTransport } from '../../core/ports/block-transport.ts';

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

export type Snapshot = Map<number, Buffer>;

/** Snapshots in memory behind the port: what is absent is zero. Seals only what adds up. */
export const memorySnapshots = (snapshots: Map<string, Snapshot>) => {
  const sealed = new Set<string>();
  const calls = { list: 0, get: 0, put: 0, complete: 0, retried: 0, throttled: 0 };
  const of = (id: string): Snapshot => snapshots.get(id) ?? new Map();
  /** Changes what arrives, to see whether anyone notices. */
  let tamper: ((index: number, block: Buffer) => void) | undefined;
  const transport: BlockTransport = {
    calls,
    async *list(id, { from, to }) {
      calls.list += 1;
      for (const index of [...of(id).keys()].sort((a, b) => a - b))
        if (index >= from && index < to) yield { index, token: `${id}/${index}` };
    },
    async *listChanged(first, second, { from, to }) {
      calls.list += 1;
      const before = of(first);
      const after = of(second);
      for (const index of [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b)) {
        const [was, is] = [before.get(index), after.get(index)];
        if (index < from || index >= to || (was && is && was.equals(is))) continue;
        yield { index, token: is ? `${second}/${index}` : undefined };
      }
    },
    async get(id, index, token, into) {
      calls.get += 1;
      const block = of(id).get(index);
      if (!block || token !== `${id}/${index}`) throw new Error(`no block ${index} under token ${token}`);
      await new Promise((resolve) => setImmediate(resolve));
      into.set(block);
      const stated = sha256(block);
      tamper?.(index, into as Buffer);
      return stated;
    },
    async put(id, index, data, sha, signal) {
      signal?.throwIfAborted();
      calls.put += 1;
      if (!sha256(data).equals(sha)) throw new Error('checksum of a written block');
      if (sealed.has(id)) throw new Error('the snapshot is sealed');
      const snapshot = snapshots.get(id) ?? new Map();
      snapshots.set(id, snapshot.set(index, Buffer.from(data)));
    },
    async complete(id, blocks, checksum) {
      calls.complete += 1;
      if (sealed.has(id)) return;
      const snapshot = of(id);
      const all = createHash('sha256');
      for (const index of [...snapshot.keys()].sort((a, b) => a - b)) all.update(sha256(snapshot.get(index) as Buffer));
      if (blocks !== snapshot.size || !all.digest().equals(checksum)) throw new Error('the aggregate does not fit');
      sealed.add(id);
    },
    setRate: () => undefined,
    close: () => undefined,
  };
  return {
    transport,
    sealed,
    calls,
    tamperWith: (fn: typeof tamper) => {
      tamper = fn;
    },
  };
};
