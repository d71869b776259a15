/** Content that ends too early, goes on too long, or says what cannot be. Callers turn it into `CorruptObject`. */
export class MalformedContent extends Error {
  override readonly name = 'MalformedContent';
}

/** Reads little-endian fields one after the other and never past the end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  get left(): number {
    return this.#bytes.length - this.#at;
  }
  #take(length: number): number {
    if (length > this.left) throw new MalformedContent(`ends ${length - this.left} bytes too early`);
    const at = this.#at;
    this.#at += length;
    return at;
  }
  u8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }
  u16(): number {
    return this.#bytes.readUInt16LE(this.#take(2));
  }
  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }
  u64(): number {
    const value = this.#bytes.readBigUInt64LE(this.#take(8));
    if (value > Number.MAX_SAFE_INTEGER) throw new MalformedContent(`number ${value} is out of range`);
    return Number(value);
  }
  /** A view, not a copy. */
  bytes(length: number): Buffer {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }
  /** u16 length, then UTF-8. */
  text(): string {
    const bytes = this.bytes(this.u16());
    const text = bytes.toString('utf8');
    if (!Buffer.from(text, 'utf8').equals(bytes)) throw new MalformedContent('text is not UTF-8');
    return text;
  }
  /** u16 length, then bytes. */
  blob(): Buffer {
    return this.bytes(this.u16());
  }
  end(): void {
    if (this.left > 0) throw new MalformedContent(`${this.left} bytes too many`);
  }
}

/** Collects little-endian fields; the parts are joined once, at the end. */
export class ByteWriter {
  readonly #parts: Buffer[] = [];
  u8(value: number): this {
    this.#parts.push(Buffer.of(value));
    return this;
  }
  u16(value: number): this {
    const part = Buffer.alloc(2);
    part.writeUInt16LE(value);
    this.#parts.push(part);
    return this;
  }
  u32(value: number): this {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value);
    this.#parts.push(part);
    return this;
  }
  u64(value: number): this {
    const part = Buffer.alloc(8);
    part.writeBigUInt64LE(BigInt(value));
    this.#parts.push(part);
    return this;
  }
  /** Kept by reference until `done`. */
  bytes(value: Uint8Array): this {
    this.#parts.push(asBuffer(value));
    return this;
  }
  text(value: string): this {
    return this.blob(Buffer.from(value, 'utf8'));
  }
  blob(value: Uint8Array): this {
    if (value.length > 0xffff) throw new RangeError(`${value.length} bytes don't fit a 16-bit length`);
    return this.u16(value.length).bytes(value);
  }
  done(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** The same memory as a Buffer. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
