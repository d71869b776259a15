/** The public half of a recovery key, tried before it is sent: a mistyped one would come to light at the first backup. */
const PREFIX = 'hfpub1';
/** Crockford's: without I, L, O and U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const KEY_BYTES = 32;
const CHECK_BYTES = 3;

const bytesOf = (digits: string): Uint8Array => {
  let bits = 0n;
  for (const digit of digits) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(digit));
  const hex = bits.toString(16).padStart((KEY_BYTES + CHECK_BYTES) * 2, '0');
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
};

/** Whether the check at its end fits; `text` has the form that the contract asks for. */
export const isPublicKey = async (text: string): Promise<boolean> => {
  const all = bytesOf(text.split('-').slice(1).join(''));
  const checked = new Uint8Array([...new TextEncoder().encode(PREFIX), ...all.subarray(0, KEY_BYTES)]);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', checked));
  return all.subarray(KEY_BYTES).every((byte, i) => byte === digest[i]);
};
