import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { asBuffer } from './byte-cursor.ts';
import { CorruptObject, UnknownKey } from './errors.ts';
import { releaseBytes } from './release-bytes.ts';
import type { TenantKeys } from './tenant-key-ring.ts';

/** Kinds of sealed objects and their number in the header. Numbers are never used again for something else. */
export const SEALED_KINDS = { pack: 1, index: 2, page: 3, map: 4, point: 5, condemned: 6, prune: 7 } as const;
export type SealedKind = keyof typeof SEALED_KINDS;

const MAGIC = Buffer.from('HFST', 'latin1');
const VERSION = 1;
export const HEADER_BYTES = 48;
export const SALT_BYTES = 32;
export const TAG_BYTES = 16;

/** What a sealed object is, and what its key is derived from. */
export interface SealedHeader {
  readonly keyNumber: number;
  readonly salt: Buffer;
}

const encodeHeader = (kind: SealedKind, { keyNumber, salt }: SealedHeader): Buffer => {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header[4] = VERSION;
  header[5] = SEALED_KINDS[kind];
  header.writeUInt32LE(keyNumber, 8);
  salt.copy(header, 16);
  return header;
};

/** Reads the 48 bytes at the start of a sealed object. */
export const decodeHeader = (kind: SealedKind, key: string, header: Buffer): SealedHeader => {
  const fail = (check: string): never => {
    throw new CorruptObject({ key, kind, check });
  };
  if (header.length < HEADER_BYTES) return fail('shorter than its header');
  if (!header.subarray(0, 4).equals(MAGIC)) return fail('no sealed object of a library');
  if (header[4] !== VERSION) return fail(`says version ${header[4]}; this program reads version ${VERSION}`);
  if (header[5] !== SEALED_KINDS[kind]) return fail('an object of another kind');
  if (header.readUInt16LE(6) !== 0 || header.readUInt32LE(12) !== 0) return fail('reserved header bytes are not zero');
  return { keyNumber: header.readUInt32LE(8), salt: Buffer.from(header.subarray(16, HEADER_BYTES)) };
};

/**
 * Seals and opens the frames of one object. Each object has a key of its own, from a fresh salt, so a nonce that counts
 * frames can never meet the same key twice. Kind, name and position are authenticated with each frame.
 */
export class Frames {
  readonly header: Buffer;
  readonly name: string;
  readonly #kind: SealedKind;
  readonly #key: Buffer;
  readonly #aad: Buffer;
  readonly #nonce = Buffer.alloc(12);

  constructor(keys: TenantKeys, kind: SealedKind, name: string, header: SealedHeader) {
    const dataKey = keys.dataKey(header.keyNumber);
    if (!dataKey) throw new UnknownKey({ key: name, kind }, header.keyNumber);
    this.name = name;
    this.header = encodeHeader(kind, header);
    this.#kind = kind;
    this.#key = Buffer.from(hkdfSync('sha256', dataKey, header.salt, `holdfast/1 ${kind}`, 32));
    // header ‖ position ‖ name; only the position changes from frame to frame
    this.#aad = Buffer.concat([this.header, Buffer.alloc(4), Buffer.from(name, 'utf8')]);
  }

  #at(position: number): void {
    this.#aad.writeUInt32LE(position, HEADER_BYTES);
    this.#nonce.writeUInt32LE(position, 0);
  }

  /** Writes ciphertext and tag to `target` at `offset`; returns their length, which is `plain`'s and 16. */
  sealInto(target: Buffer, offset: number, position: number, plain: Uint8Array): number {
    this.#at(position);
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(this.#aad);
    const sealed = cipher.update(plain);
    sealed.copy(target, offset);
    releaseBytes(sealed);
    cipher.final();
    cipher.getAuthTag().copy(target, offset + plain.length);
    return plain.length + TAG_BYTES;
  }

  open(position: number, sealed: Uint8Array): Buffer {
    const end = sealed.length - TAG_BYTES;
    if (end < 0) throw this.#corrupt('shorter than its authentication tag');
    this.#at(position);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, this.#nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(this.#aad);
    decipher.setAuthTag(sealed.subarray(end));
    const plain = decipher.update(sealed.subarray(0, end));
    try {
      decipher.final();
    } catch (cause) {
      throw this.#corrupt(`authentication failed at position ${position}`, cause);
    }
    return plain;
  }

  #corrupt(check: string, cause?: unknown): CorruptObject {
    return new CorruptObject({ key: this.name, kind: this.#kind, check, cause });
  }
}

/**
 * The frames of an object that is there; `probe` is one of them. If it names a key that is not known and one that is known
 * opens it, that number was changed, and the object is damaged.
 */
export const framesOf = (
  keys: TenantKeys,
  { kind, name, header }: { readonly kind: SealedKind; readonly name: string; readonly header: SealedHeader },
  probe: { readonly position: number; readonly sealed: Uint8Array },
): Frames => {
  try {
    return new Frames(keys, kind, name, header);
  } catch (error) {
    if (!(error instanceof UnknownKey)) throw error;
    for (const [keyNumber] of keys.share().dataKeys)
      if (opens(new Frames(keys, kind, name, { ...header, keyNumber }), probe))
        throw new CorruptObject({ key: name, kind, check: `names key ${header.keyNumber}, is under key ${keyNumber}` });
    throw error;
  }
};

const opens = (frames: Frames, { position, sealed }: { readonly position: number; readonly sealed: Uint8Array }) => {
  try {
    frames.open(position, sealed);
    return true;
  } catch {
    return false;
  }
};

/** A whole object of one frame: header, then the sealed content. */
export const sealObject = (
  keys: TenantKeys,
  kind: SealedKind,
  name: string,
  salt: Uint8Array,
  content: Uint8Array,
): Buffer => {
  const frames = new Frames(keys, kind, name, { keyNumber: keys.current, salt: asBuffer(salt) });
  const object = Buffer.alloc(HEADER_BYTES + content.length + TAG_BYTES);
  frames.header.copy(object);
  frames.sealInto(object, HEADER_BYTES, 0, content);
  return object;
};

export const openObject = (keys: TenantKeys, kind: SealedKind, name: string, object: Uint8Array): Buffer => {
  const bytes = asBuffer(object);
  const sealed = bytes.subarray(HEADER_BYTES);
  const header = decodeHeader(kind, name, bytes);
  return framesOf(keys, { kind, name, header }, { position: 0, sealed }).open(0, sealed);
};
