import { isSecretName, REDACTED, withoutSecrets } from '../core/domain/without-secrets.ts';

/** One JSON line an event. */
export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** A line in CloudWatch's embedded metric format: where it comes to CloudWatch, its numbers become metrics. */
  measured(level: 'info' | 'error', message: string, metrics: Measured, fields?: Fields): void;
  /** A log whose lines all carry these fields. */
  with(fields: Fields): Log;
}

export type Fields = Readonly<Record<string, unknown>>;

export type Measured = Readonly<
  Record<string, { readonly unit: 'Count' | 'Bytes' | 'Seconds'; readonly value: number }>
>;

const NAMESPACE = 'Holdfast';
/** What nodes' metrics are counted apart by, if the log's lines carry it; all else on a line can be searched for. */
const DIMENSION = 'serviceId';

const LONGEST_TEXT = 2_000;

/** A text that quotes what others said, as a line of the log may hold it. */
export const loggedText = (text: string): string => withoutSecrets(text).slice(0, LONGEST_TEXT);

const clean = (value: unknown, name: string, depth: number): unknown => {
  if (value === undefined || value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (isSecretName(name)) return REDACTED;
  if (typeof value === 'string') return loggedText(value);
  if (depth > 4) return '[…]';
  if (value instanceof Error) return { name: value.name, message: clean(value.message, 'message', depth + 1) };
  if (ArrayBuffer.isView(value)) return '[bytes]';
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => clean(item, name, depth + 1));
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(item, key, depth + 1)]));
  return String(value);
};

const embedded = (metrics: Measured, fields: Fields, at: number): Fields => ({
  ...Object.fromEntries(Object.entries(metrics).map(([name, { value }]) => [name, value])),
  _aws: {
    Timestamp: at,
    CloudWatchMetrics: [
      {
        Namespace: NAMESPACE,
        Dimensions: [typeof fields[DIMENSION] === 'string' ? [DIMENSION] : []],
        Metrics: Object.entries(metrics).map(([Name, { unit: Unit }]) => ({ Name, Unit })),
      },
    ],
  },
});

/** Whatever is named or looks like a token, a secret or a credential never gets out, at whatever depth it is passed. */
export const createLog = (write: (line: string) => void, now: () => number, base: Fields = {}): Log => {
  const line = (level: string, message: string, fields: Fields = {}, metrics?: Measured): void => {
    const at = now();
    const record = { level, time: new Date(at).toISOString(), message, ...base, ...fields };
    const cleaned = clean(record, '', 0) as Fields;
    write(`${JSON.stringify(metrics ? { ...cleaned, ...embedded(metrics, cleaned, at) } : cleaned)}\n`);
  };
  return {
    info: (message, fields) => line('info', message, fields),
    warn: (message, fields) => line('warn', message, fields),
    error: (message, fields) => line('error', message, fields),
    measured: (level, message, metrics, fields) => line(level, message, fields, metrics),
    with: (fields) => createLog(write, now, { ...base, ...fields }),
  };
};
