import { createRequire } from 'node:module';
import { createRandom, type Random } from './seeded-random.ts';

let random: Random = createRandom('');

/** From here on everything that is random in this process comes from this seed. */
export const reseed = (seed: string): void => {
  random = createRandom(`random/${seed}`);
};

type Done<T> = (error: null, value: T) => void;

const uuid = (): string => {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};

const fill = <T extends NodeJS.ArrayBufferView>(view: T, offset = 0, size = view.byteLength - offset): T => {
  random.bytes(size).copy(Buffer.from(view.buffer, view.byteOffset + offset, size));
  return view;
};

/** Replaces every source of randomness that Node has, for imports past and future. */
export const installRandom = (): void => {
  Math.random = () => random();
  const crypto = createRequire(import.meta.url)('node:crypto') as Record<string, unknown>;
  const later = <T>(value: T, done: Done<T> | undefined): T | undefined => {
    if (!done) return value;
    process.nextTick(done, null, value);
    return undefined;
  };
  crypto.randomBytes = (count: number, done?: Done<Buffer>) => later(random.bytes(count), done);
  crypto.randomUUID = uuid;
  crypto.randomFillSync = fill;
  crypto.randomFill = (view: NodeJS.ArrayBufferView, ...rest: unknown[]) =>
    later(fill(view, ...(rest.slice(0, -1) as number[])), rest.at(-1) as Done<NodeJS.ArrayBufferView>);
  crypto.randomInt = (first: number, second?: number | Done<number>, done?: Done<number>) => {
    const [from, to] = typeof second === 'number' ? [first, second] : [0, first];
    return later(from + random.below(to - from), typeof second === 'function' ? second : done);
  };
  const web = globalThis.crypto as unknown as Record<string, unknown>;
  Object.defineProperty(web, 'getRandomValues', { value: fill });
  Object.defineProperty(web, 'randomUUID', { value: uuid });
};
