import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from './store.ts';

/** Keeps secrets unreadable in the data folder, under a key that lies in a file of its own beside the state. */
export interface Vault {
  /** `context` says whose secret it is; unsealing under another context throws. */
  seal(plain: Uint8Array, context: string): Buffer;
  unseal(sealed: Uint8Array, context: string): Buffer;
  /** A secret that needs no storing: always the same for this data folder and name. 64 bytes. */
  derive(name: string): Buffer;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

const vaults = new WeakMap<Store, Vault>();

export const openVault = (store: Store): Vault => {
  const known = vaults.get(store);
  if (known) return known;
  const vault = createVault(loadKey(join(store.folder('keys'), 'data.key')));
  vaults.set(store, vault);
  return vault;
};

const loadKey = (file: string): Buffer => {
  if (!existsSync(file)) writeFileSync(file, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx' });
  return readFileSync(file);
};

const createVault = (key: Buffer): Vault => ({
  seal(plain, context) {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  },
  unseal(sealed, context) {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  },
  derive: (name) => createHmac('sha512', key).update(name).digest(),
});
