import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { asBuffer, ByteReader, ByteWriter } from './byte-cursor.ts';
import { CorruptObject, WrongKey } from './errors.ts';
import type { KeyWrapper } from './key-wrapper.ts';
import { keyName } from './names.ts';
import { openWithRecoveryKey, type Random, type RecoverySealed, sealForRecovery } from './recovery-key.ts';

/** Whose library a key belongs to: bound to it as KMS encryption context and inside the recovery sealing. */
export interface LibraryIdentity {
  readonly tenant: string;
  readonly library: string;
}

/**
 * The secret of `keys/<n>`: the id key, which is the same in all of them, and all data keys from the first to the n-th,
 * so that the newest object alone opens everything, also when the wrapping or the recovery key was replaced with it.
 */
export interface KeySecret {
  readonly idKey: Buffer;
  readonly dataKeys: readonly Buffer[];
}

const KEY_BYTES = 32;
/** KMS wraps 4 KiB at most. */
const MOST_KEYS = 4096 / KEY_BYTES - 1;

const join = ({ idKey, dataKeys }: KeySecret): Buffer => Buffer.concat([idKey, ...dataKeys]);

interface KeyObject extends LibraryIdentity {
  readonly number: number;
  readonly wrapped: Buffer;
  readonly recovery: RecoverySealed;
  /** What `mac` covers. */
  readonly body: Buffer;
  readonly mac: Buffer;
}

const MAGIC = Buffer.from('HFKY', 'latin1');
const VERSION = 1;

const corrupt = (number: number, check: string, cause?: unknown): CorruptObject =>
  new CorruptObject({ key: keyName(number), kind: 'key', check, cause });

const contextOf = (number: number, { tenant, library }: LibraryIdentity): Buffer =>
  new ByteWriter().u32(number).text(tenant).text(library).done();

const macOf = (secret: Buffer, body: Buffer): Buffer => {
  const key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'holdfast/1 key object', 32));
  return createHmac('sha256', key).update(body).digest();
};

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

export interface KeyObjectInput extends LibraryIdentity {
  /** Its number is that of the last data key. */
  readonly secret: KeySecret;
  readonly wrapper: KeyWrapper;
  readonly recoveryPublicKey: string;
  readonly random: Random;
}

export const encodeKeyObject = async (input: KeyObjectInput): Promise<Buffer> => {
  const { tenant, library, secret, wrapper } = input;
  const number = secret.dataKeys.length;
  if (number > MOST_KEYS) throw new RangeError(`a library has ${MOST_KEYS} data keys at most`);
  const plain = join(secret);
  const wrapped = await wrapper.wrap(plain, { tenant, library });
  const recovery = sealForRecovery(input.recoveryPublicKey, plain, contextOf(number, input), input.random);
  const fields = new ByteWriter().bytes(MAGIC).u8(VERSION).u8(0).u16(0).u32(number).text(tenant).text(library);
  fields.text(wrapper.name).blob(wrapped).bytes(recovery.recipient).bytes(recovery.ephemeral).blob(recovery.sealed);
  const body = fields.done();
  const mac = macOf(plain, body);
  return Buffer.concat([body, mac, sha256(Buffer.concat([body, mac]))]);
};

/** The checksum at the end tells bit rot (`CorruptObject`) from a key that does not open this (`WrongKey`). */
const decodeKeyObject = (number: number, bytes: Buffer): KeyObject => {
  const sum = bytes.length - 32;
  if (sum < 32 || !sha256(bytes.subarray(0, sum)).equals(bytes.subarray(sum)))
    throw corrupt(number, 'its checksum does not fit');
  const body = bytes.subarray(0, sum - 32);
  try {
    const reader = new ByteReader(body);
    if (!reader.bytes(4).equals(MAGIC) || reader.u8() !== VERSION || reader.u8() !== 0 || reader.u16() !== 0)
      throw corrupt(number, `no key object of version ${VERSION}`);
    if (reader.u32() !== number) throw corrupt(number, 'it is the key of another number');
    const tenant = reader.text();
    const library = reader.text();
    reader.text(); // the wrapping key's name, for people
    const wrapped = reader.blob();
    const recovery = { recipient: reader.bytes(32), ephemeral: reader.bytes(32), sealed: reader.blob() };
    reader.end();
    return { number, tenant, library, wrapped, recovery, body, mac: bytes.subarray(sum - 32, sum) };
  } catch (error) {
    throw error instanceof CorruptObject ? error : corrupt(number, 'malformed', error);
  }
};

/** What it says, not authenticated: opening it for this identity tells. */
export const identityInKeyObject = (number: number, stored: Uint8Array): LibraryIdentity => {
  const { tenant, library } = decodeKeyObject(number, asBuffer(stored));
  return { tenant, library };
};

export type Opener =
  | { readonly by: 'wrapper'; readonly wrapper: KeyWrapper }
  | { readonly by: 'recovery'; readonly recoveryKey: string };

/** Checks what is stored against the secret that was opened. Throws `CorruptObject`. */
export const checkKeyObject = (number: number, stored: Uint8Array, { idKey, dataKeys }: KeySecret): void => {
  const { body, mac } = decodeKeyObject(number, asBuffer(stored));
  const secret = join({ idKey, dataKeys: dataKeys.slice(0, number) });
  if (!macOf(secret, body).equals(mac)) throw corrupt(number, 'authentication failed');
};

/** Throws `WrongKey` for another tenant's or library's, `CorruptObject` for a damaged or forged one. */
export const openKeyObject = async (
  number: number,
  stored: Uint8Array,
  { tenant, library }: LibraryIdentity,
  opener: Opener,
): Promise<KeySecret> => {
  const object = decodeKeyObject(number, asBuffer(stored));
  if (object.tenant !== tenant || object.library !== library)
    throw new WrongKey(`${keyName(number)} belongs to tenant ${object.tenant}, library ${object.library}`);
  const plain =
    opener.by === 'wrapper'
      ? asBuffer(await opener.wrapper.unwrap(object.wrapped, { tenant, library }))
      : openWithRecoveryKey(opener.recoveryKey, object.recovery, contextOf(number, object));
  if (!macOf(plain, object.body).equals(object.mac)) throw corrupt(number, 'authentication failed');
  if (plain.length !== (number + 1) * KEY_BYTES) throw corrupt(number, `its secret is not ${number + 1} keys`);
  const keys = Array.from({ length: number + 1 }, (_, at) =>
    Buffer.from(plain.subarray(at * KEY_BYTES, (at + 1) * KEY_BYTES)),
  );
  return { idKey: keys[0] as Buffer, dataKeys: keys.slice(1) };
};
