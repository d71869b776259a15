/** One JSON line an event. */
export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** A log whose lines all carry these fields. */
  with(fields: Fields): Log;
}

export type Fields = Readonly<Record<string, unknown>>;

const SENSITIVE_NAME =
  /token|secret|credential|password|authori[sz]ation|signature|accesskey|privatekey|^receipt|^body$/i;
/** Tokens and signatures that errors quote: a run of base64 or hex that no id of ours reaches. */
const SENSITIVE_TEXT = /[A-Za-z0-9+/=_-]{80,}/g;
/** Access key ids, and the parts of an Authorization header. */
const KEY_ID = /\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g;
const LONGEST_TEXT = 2_000;

const clean = (value: unknown, name: string, depth: number): unknown => {
  if (value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (SENSITIVE_NAME.test(name)) return '[redacted]';
  if (typeof value === 'string')
    return value.replace(SENSITIVE_TEXT, '[redacted]').replace(KEY_ID, '[redacted]').slice(0, LONGEST_TEXT);
  if (depth > 4) return '[…]';
  if (value instanceof Error) return { name: value.name, message: clean(value.message, 'message', depth + 1) };
  if (ArrayBuffer.isView(value)) return '[bytes]';
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => clean(item, name, depth + 1));
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(item, key, depth + 1)]));
  return String(value);
};

/** Whatever is named or looks like a token, a secret or a credential never gets out, at whatever depth it is passed. */
export const createLog = (write: (line: string) => void, now: () => number, base: Fields = {}): Log => {
  const line = (level: string, message: string, fields: Fields = {}): void => {
    const record = { level, time: new Date(now()).toISOString(), message, ...base, ...fields };
    write(`${JSON.stringify(clean(record, '', 0))}\n`);
  };
  return {
    info: (message, fields) => line('info', message, fields),
    warn: (message, fields) => line('warn', message, fields),
    error: (message, fields) => line('error', message, fields),
    with: (fields) => createLog(write, now, { ...base, ...fields }),
  };
};
