import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { WrongKey } from './errors.ts';

export type Random = (bytes: number) => Uint8Array;

/** Both as text: the private one to be printed once and kept offline, the public one to be kept by the service. */
export interface RecoveryKeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** What was sealed for the holder of the recovery key. */
export interface RecoverySealed {
  /** Raw X25519 public keys, 32 bytes each: whom it is for, and the one made for this sealing alone. */
  readonly recipient: Buffer;
  readonly ephemeral: Buffer;
  /** Ciphertext and 16 bytes of tag. */
  readonly sealed: Buffer;
}

// Crockford's alphabet: without I, L, O and U, for a key that someone may have to type from paper
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECK_BYTES = 3; // with 32 bytes of key exactly 56 characters

// the fixed DER in front of a raw X25519 key (RFC 8410)
const PRIVATE_DER = Buffer.from('302e020100300506032b656e04220420', 'hex');
const PUBLIC_DER = Buffer.from('302a300506032b656e032100', 'hex');

const check = (prefix: string, raw: Buffer): Buffer =>
  createHash('sha256').update(prefix).update(raw).digest().subarray(0, CHECK_BYTES);

const toText = (prefix: string, raw: Buffer): string => {
  let bits = BigInt(`0x${Buffer.concat([raw, check(prefix, raw)]).toString('hex')}`);
  let text = '';
  for (let i = 0; i < 56; i++, bits >>= 5n) text = ALPHABET[Number(bits & 31n)] + text;
  return `${prefix}-${text.match(/.{7}/g)?.join('-')}`;
};

const fromText = (prefix: string, text: string): Buffer => {
  const wrong = (why: string): never => {
    throw new WrongKey(`the text is no ${prefix} key: ${why}`);
  };
  const [start, ...groups] = text.trim().split('-');
  if (start?.toLowerCase() !== prefix) wrong(`it does not start with ${prefix}-`);
  const digits = groups.join('').toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  if (digits.length !== 56) wrong(`it has ${digits.length} characters after ${prefix}, not 56`);
  let bits = 0n;
  for (const digit of digits) {
    const value = ALPHABET.indexOf(digit);
    if (value < 0) wrong('it has a character that such keys never have');
    bits = (bits << 5n) | BigInt(value);
  }
  const all = Buffer.from(bits.toString(16).padStart(70, '0'), 'hex');
  const raw = all.subarray(0, 32);
  if (!check(prefix, raw).equals(all.subarray(32))) wrong('its check does not fit; a character is mistyped');
  return raw;
};

const privateFromRaw = (raw: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PRIVATE_DER, raw]), format: 'der', type: 'pkcs8' });
const publicFromRaw = (raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([PUBLIC_DER, raw]), format: 'der', type: 'spki' });
const rawPublic = (key: KeyObject): Buffer =>
  createPublicKey(key as never)
    .export({ format: 'der', type: 'spki' })
    .subarray(PUBLIC_DER.length);

export const createRecoveryKeyPair = (random: Random): RecoveryKeyPair => {
  const raw = Buffer.from(random(32));
  return { privateKey: toText('hfrec1', raw), publicKey: toText('hfpub1', rawPublic(privateFromRaw(raw))) };
};

export const recoveryPublicKeyOf = (privateKey: string): string =>
  toText('hfpub1', rawPublic(privateFromRaw(fromText('hfrec1', privateKey))));

const keyFor = (shared: Buffer, ephemeral: Buffer, recipient: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', shared, Buffer.concat([ephemeral, recipient]), 'holdfast/1 recovery', 32));

// its key is used for this one message
const NONCE = Buffer.alloc(12);

/** ECIES: X25519 with a key made for this message, HKDF-SHA-256, AES-256-GCM. */
export const sealForRecovery = (publicKey: string, plain: Buffer, context: Buffer, random: Random): RecoverySealed => {
  const recipient = fromText('hfpub1', publicKey);
  const secret = privateFromRaw(random(32));
  const ephemeral = rawPublic(secret);
  const shared = diffieHellman({ privateKey: secret, publicKey: publicFromRaw(recipient) });
  const cipher = createCipheriv('aes-256-gcm', keyFor(shared, ephemeral, recipient), NONCE, { authTagLength: 16 });
  cipher.setAAD(context);
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { recipient, ephemeral, sealed };
};

/** Throws `WrongKey` if it was not sealed for this key, or in another context. */
export const openWithRecoveryKey = (privateKey: string, message: RecoverySealed, context: Buffer): Buffer => {
  const secret = privateFromRaw(fromText('hfrec1', privateKey));
  if (!rawPublic(secret).equals(message.recipient)) throw new WrongKey('sealed for another recovery key');
  const shared = diffieHellman({ privateKey: secret, publicKey: publicFromRaw(message.ephemeral) });
  const key = keyFor(shared, message.ephemeral, message.recipient);
  const decipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: 16 });
  decipher.setAAD(context);
  decipher.setAuthTag(message.sealed.subarray(-16));
  const plain = decipher.update(message.sealed.subarray(0, -16));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch (cause) {
    throw new WrongKey('the recovery key does not open this', { cause });
  }
};
