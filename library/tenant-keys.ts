import type { ObjectStore } from '../core/ports/object-store.ts';
import { CorruptObject, MissingObject } from './errors.ts';
import { checkFormat, createFormat } from './format-object.ts';
import { encodeKeyObject, type KeySecret, type LibraryIdentity, type Opener, openKeyObject } from './key-object.ts';
import type { KeyWrapper } from './key-wrapper.ts';
import { keyName } from './names.ts';
import type { Random } from './recovery-key.ts';
import { TenantKeys } from './tenant-key-ring.ts';

interface OpenInput extends LibraryIdentity {
  readonly store: ObjectStore;
  readonly wrapper: KeyWrapper;
}

interface CreateInput extends OpenInput {
  /** `hfpub1-…` of the key pair made at set-up. */
  readonly recoveryPublicKey: string;
  readonly random: Random;
}

/** Opens every key there is: a library has few, and its objects may be sealed with any. */
const openAll = async (store: ObjectStore, identity: LibraryIdentity, opener: Opener): Promise<TenantKeys> => {
  await checkFormat(store);
  const numbers: number[] = [];
  for await (const { key } of store.list('keys/')) {
    const number = Number(key.slice('keys/'.length));
    if (!Number.isInteger(number) || number < 1 || keyName(number) !== key)
      throw new CorruptObject({ key, kind: 'key', check: 'its name is no key number' });
    numbers.push(number);
  }
  if (!numbers.includes(1)) throw new MissingObject({ key: keyName(1), kind: 'key' });
  const secrets = await Promise.all(
    numbers
      .sort((a, b) => a - b)
      .map(async (number): Promise<[number, KeySecret]> => {
        const found = await store.get(keyName(number));
        if (!found) throw new MissingObject({ key: keyName(number), kind: 'key' });
        return [number, await openKeyObject(number, found.bytes, identity, opener)];
      }),
  );
  const idKey = (secrets[0] as [number, KeySecret])[1].idKey;
  for (const [number, secret] of secrets) {
    // anyone may seal for the recovery key: only who knows the first key can repeat its id key in another
    if (!secret.idKey.equals(idKey))
      throw new CorruptObject({ key: keyName(number), kind: 'key', check: 'its id key is not that of keys/1' });
  }
  return new TenantKeys({ dataKeys: secrets.map(([number, { dataKey }]) => [number, dataKey]), idKey });
};

/** Throws `WrongKey`, `MissingObject` (never set up), `UnsupportedFormat`, `CorruptObject`. */
export const openTenantKeys = ({ store, wrapper, ...identity }: OpenInput): Promise<TenantKeys> =>
  openAll(store, identity, { by: 'wrapper', wrapper });

/** Without AWS. `recoveryKey` is the text `hfrec1-…` that was printed at set-up. */
export const openTenantKeysWithRecoveryKey = ({
  store,
  recoveryKey,
  ...identity
}: LibraryIdentity & { readonly store: ObjectStore; readonly recoveryKey: string }): Promise<TenantKeys> =>
  openAll(store, identity, { by: 'recovery', recoveryKey });

/**
 * Sets the tenant's library up, or opens what is there. Any number of nodes may do it at once: `keys/1` is created by
 * one of them, and all open that one.
 */
export const createTenantKeys = async (input: CreateInput): Promise<TenantKeys> => {
  const { store, random } = input;
  await createFormat(store);
  if (!(await store.head(keyName(1)))) {
    const secret = { dataKey: Buffer.from(random(32)), idKey: Buffer.from(random(32)) };
    await store.putNew(keyName(1), await encodeKeyObject({ ...input, number: 1, secret }));
  }
  return openTenantKeys(input);
};

/** Adds the next data key; what is sealed from now on uses it. Of two rotations at once one adds, both open it. */
export const rotateTenantKey = async (input: CreateInput): Promise<TenantKeys> => {
  const { store, random } = input;
  const keys = await openTenantKeys(input);
  const number = keys.current + 1;
  const secret = { dataKey: Buffer.from(random(32)), idKey: Buffer.from(keys.share().idKey) };
  await store.putNew(keyName(number), await encodeKeyObject({ ...input, number, secret }));
  return openTenantKeys(input);
};
