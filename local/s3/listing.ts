import { invalidArgument } from './errors.ts';

const MOST_KEYS = 1000;

export const maxKeysOf = (value: string | number | undefined): number => {
  if (value === undefined) return MOST_KEYS;
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0)
    throw invalidArgument('max-keys', String(value), 'Provided max-keys not an integer or within integer range');
  return Math.min(number, MOST_KEYS);
};

export const encodeKey = (key: string, encoding: string | undefined): string =>
  encoding === 'url'
    ? encodeURIComponent(key)
        .replace(/%2F/g, '/')
        .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    : key;

/** The common prefix that hides `key` behind `delimiter`, if it does. */
export const groupOf = (key: string, prefix: string, delimiter: string | undefined): string | undefined => {
  if (!delimiter) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
};

/** S3 lists keys in the order of their UTF-8 bytes. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
