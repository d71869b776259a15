import { withoutUnprintable } from '../cli/unprintable.ts';

const plain = (value: unknown): unknown => {
  if (typeof value === 'string') return withoutUnprintable(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [withoutUnprintable(name), plain(member)]));
};

/** An answer as it is shown: no name in it can turn the words around it. */
export const plainly = <T>(answer: T): T => plain(answer) as T;
