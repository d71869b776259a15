import { EbsCallError } from './ebs-calls.ts';

/** What became of the bytes so far. */
export type Progress = 'more' | 'done';

export interface ReceivedHead {
  readonly status: number;
  /** Lower-case names; of a repeated header the last. */
  readonly headers: Readonly<Record<string, string>>;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LONGEST_HEAD_BYTES = 64 * 1024;
const LINE_END = 10;

const bad = (message: string, status = 0): EbsCallError => new EbsCallError('BadAnswer', status, message);

const parseHead = (text: string): ReceivedHead => {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1];
  if (status === undefined) throw bad('an answer that is no HTTP');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(status), headers };
};

/**
 * Takes one HTTP/1.1 answer in, piece by piece, copying its body straight into the buffer that `bodyFor` gives for its
 * head (or collecting it, up to `limit`, if it gives none). Knows bodies by length, in chunks, and up to the end of the
 * connection. Throws EbsCallError for what is no such answer.
 */
export class HttpMessage {
  readonly #bodyFor: (head: ReceivedHead) => Uint8Array | undefined;
  readonly #limit: number;
  #head: ReceivedHead | undefined;
  #early: Buffer = Buffer.alloc(0);
  #into: Uint8Array | undefined;
  #collected: Buffer[] = [];
  #length = 0;
  #framing: 'length' | 'chunks' | 'end' = 'length';
  /** Bytes of the body, or of the present chunk, that are still to come. */
  #left = 0;
  #chunkState: 'size' | 'data' | 'data-end' | 'trailer' = 'size';
  #line = '';

  constructor(bodyFor: (head: ReceivedHead) => Uint8Array | undefined, limit: number) {
    this.#bodyFor = bodyFor;
    this.#limit = limit;
  }

  get head(): ReceivedHead | undefined {
    return this.#head;
  }

  get body(): Uint8Array {
    return this.#into ? this.#into.subarray(0, this.#length) : Buffer.concat(this.#collected);
  }

  /** Whether the connection may carry another request afterwards. */
  get keepsConnection(): boolean {
    return this.#framing !== 'end' && !/\bclose\b/i.test(this.#head?.headers.connection ?? '');
  }

  /** `bytes` is free for reuse on return. */
  take(bytes: Buffer): Progress {
    let rest = bytes;
    if (!this.#head) {
      const all = this.#early.length > 0 ? Buffer.concat([this.#early, bytes]) : bytes;
      const end = all.indexOf(HEAD_END);
      if (end < 0) {
        if (all.length > LONGEST_HEAD_BYTES) throw bad('headers without end');
        this.#early = Buffer.from(all);
        return 'more';
      }
      const head = parseHead(all.toString('latin1', 0, end));
      rest = all.subarray(end + HEAD_END.length);
      // 100 Continue and the like: the answer comes after it.
      if (head.status >= 100 && head.status < 200) {
        this.#early = Buffer.alloc(0);
        return rest.length > 0 ? this.take(Buffer.from(rest)) : 'more';
      }
      this.#begin(head);
      if (this.#framing === 'length' && this.#left === 0) return 'done';
    }
    return this.#framing === 'chunks' ? this.#takeChunks(rest) : this.#takePlain(rest);
  }

  /** Where the next bytes belong, if nothing else can come before the body's end; tell `placed` how many came. */
  room(): Uint8Array | undefined {
    return this.#into && this.#framing === 'length' && this.#left > 0
      ? this.#into.subarray(this.#length, this.#length + this.#left)
      : undefined;
  }

  placed(length: number): Progress {
    this.#length += length;
    this.#left -= length;
    return this.#left === 0 ? 'done' : 'more';
  }

  /** The connection ended: is the answer whole? */
  ended(): Progress {
    return this.#head !== undefined && this.#framing === 'end' ? 'done' : 'more';
  }

  #begin(head: ReceivedHead): void {
    this.#head = head;
    this.#into = this.#bodyFor(head);
    const length = head.headers['content-length'];
    if (/\bchunked\b/i.test(head.headers['transfer-encoding'] ?? '')) this.#framing = 'chunks';
    else if (head.status === 204 || head.status === 304) this.#left = 0;
    else if (length === undefined) this.#framing = 'end';
    else {
      this.#left = Number(length);
      if (!Number.isSafeInteger(this.#left) || this.#left < 0) throw bad(`a body of ${length} bytes`, head.status);
      this.#checkRoom(this.#left);
    }
  }

  #takePlain(bytes: Buffer): Progress {
    if (this.#framing === 'end') {
      this.#keep(bytes);
      return 'more';
    }
    if (bytes.length > this.#left) throw bad('more bytes than the answer has', this.#head?.status);
    this.#keep(bytes);
    this.#left -= bytes.length;
    return this.#left === 0 ? 'done' : 'more';
  }

  #takeChunks(bytes: Buffer): Progress {
    for (let at = 0; at < bytes.length; ) {
      if (this.#chunkState === 'data') {
        const part = bytes.subarray(at, at + this.#left);
        this.#keep(part);
        this.#left -= part.length;
        at += part.length;
        if (this.#left === 0) this.#chunkState = 'data-end';
        continue;
      }
      const end = bytes.indexOf(LINE_END, at);
      this.#line += bytes.toString('latin1', at, end < 0 ? bytes.length : end);
      if (this.#line.length > LONGEST_HEAD_BYTES) throw bad('a chunk without end', this.#head?.status);
      if (end < 0) return 'more';
      at = end + 1;
      const line = this.#line.trim();
      this.#line = '';
      if (this.#chunkState === 'trailer') {
        if (line === '') return 'done';
      } else if (this.#chunkState === 'data-end') {
        if (line !== '') throw bad('a chunk longer than it says', this.#head?.status);
        this.#chunkState = 'size';
      } else {
        if (!/^[0-9a-f]{1,8}(;.*)?$/i.test(line)) throw bad('a chunk without size', this.#head?.status);
        this.#left = Number.parseInt(line, 16);
        this.#chunkState = this.#left === 0 ? 'trailer' : 'data';
      }
    }
    return 'more';
  }

  #keep(bytes: Buffer): void {
    this.#checkRoom(bytes.length);
    if (this.#into) this.#into.set(bytes, this.#length);
    else this.#collected.push(Buffer.from(bytes));
    this.#length += bytes.length;
  }

  #checkRoom(more: number): void {
    const limit = this.#into?.length ?? this.#limit;
    if (this.#length + more > limit) throw bad(`more than ${limit} bytes`, this.#head?.status);
  }
}
