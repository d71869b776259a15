import { closeSync, createReadStream, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Store } from '../kernel/store.ts';
import { type TrailCount, TrailCounts } from './counts.ts';
import type { TrailRecord } from './records.ts';

/** A moment in the trail. */
export interface TrailMark {
  /** Where the file ended, bytes. */
  readonly position: number;
  readonly counts: Readonly<Record<string, number>>;
}

export interface TrailFilter {
  readonly since?: TrailMark;
  /** The account that called, or whose resources were called upon. */
  readonly account?: string;
  readonly eventSource?: string;
  readonly eventName?: string;
  readonly errorCode?: string;
  readonly where?: (record: TrailRecord) => boolean;
}

/** Every call to the cloud, like CloudTrail's. */
export interface Trail {
  records(filter?: TrailFilter): Promise<TrailRecord[]>;
  counts(options?: { readonly since?: TrailMark }): TrailCount[];
  mark(): TrailMark;
  /** The file's path: one JSON record a line. */
  readonly file: string;
}

export interface TrailWriter extends Trail {
  write(record: TrailRecord): void;
  flush(): void;
  close(): void;
}

interface Checkpoint {
  readonly position: number;
  readonly counts: Record<string, number>;
}

/** Small enough to lose little if the process is killed, large enough not to matter in block traffic. */
const BUFFER_CHARACTERS = 64 * 1024;
const FLUSH_AFTER_MS = 500;

/** Opens the trail of a data folder. Counters go on where they were, also after a kill: the file is the truth. */
export const openTrail = (store: Store): TrailWriter => {
  const file = join(store.folder('trail'), 'trail.jsonl');
  const checkpoints = store.table<Checkpoint>('trail.checkpoint');
  const fd = openSync(file, 'a');
  const counts = new TrailCounts();
  let position = recover(file, fd, counts, checkpoints.get('last'));
  let buffer: string[] = [];
  let buffered = 0;
  let timer: NodeJS.Timeout | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (buffered === 0) return;
    const bytes = Buffer.from(buffer.join(''));
    buffer = [];
    buffered = 0;
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    position += bytes.length;
  };

  return {
    file,
    write(record) {
      count(counts, record);
      const line = `${JSON.stringify(record)}\n`;
      buffer.push(line);
      buffered += line.length;
      if (buffered >= BUFFER_CHARACTERS) flush();
      else timer ??= setTimeout(flush, FLUSH_AFTER_MS).unref();
    },
    flush,
    mark() {
      flush();
      return { position, counts: counts.snapshot() };
    },
    counts: ({ since } = {}) => counts.list(since?.counts),
    async records(filter = {}) {
      flush();
      const records: TrailRecord[] = [];
      const end = position;
      const start = filter.since?.position ?? 0;
      if (start >= end) return records;
      const lines = createInterface({ input: createReadStream(file, { start, end: end - 1 }) });
      for await (const line of lines) {
        const record = JSON.parse(line) as TrailRecord;
        if (fits(record, filter)) records.push(record);
      }
      return records;
    },
    close() {
      flush();
      checkpoints.put('last', { position, counts: counts.snapshot() });
      closeSync(fd);
    },
  };
};

const count = (counts: TrailCounts, record: TrailRecord): void =>
  counts.add(
    record.recipientAccountId,
    record.eventSource.replace(/\.amazonaws\.com$/, ''),
    record.eventName,
    record.errorCode ?? 'ok',
  );

const fits = (record: TrailRecord, filter: TrailFilter): boolean =>
  (filter.account === undefined ||
    record.recipientAccountId === filter.account ||
    record.resources?.some((resource) => resource.accountId === filter.account) === true) &&
  (filter.eventSource === undefined || record.eventSource === filter.eventSource) &&
  (filter.eventName === undefined || record.eventName === filter.eventName) &&
  (filter.errorCode === undefined || record.errorCode === filter.errorCode) &&
  (filter.where === undefined || filter.where(record));

/** Counts what was written since the last orderly stop, and cuts off a line that a kill left half. */
const recover = (file: string, fd: number, counts: TrailCounts, checkpoint: Checkpoint | undefined): number => {
  const size = fstatSync(fd).size;
  let position = 0;
  if (checkpoint && checkpoint.position <= size) {
    counts.restore(checkpoint.counts);
    position = checkpoint.position;
  }
  if (position === size) return size;
  const rest = readFileSync(file).subarray(position);
  const whole = rest.lastIndexOf(0x0a) + 1;
  for (const line of rest.subarray(0, whole).toString().split('\n')) {
    if (line) count(counts, JSON.parse(line) as TrailRecord);
  }
  if (whole < rest.length) ftruncateSync(fd, position + whole);
  return position + whole;
};
