import type { ObjectStore } from '../core/ports/object-store.ts';
import { CorruptObject, MissingObject, WrongKey } from './errors.ts';
import { checkFormat, createFormat } from './format-object.ts';
import { encodeKeyObject, type LibraryIdentity, type Opener, openKeyObject } from './key-object.ts';
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

/** The numbers in `keys/`, the newest first. */
const keyNumbers = async (store: ObjectStore): Promise<number[]> => {
  const numbers: number[] = [];
  for await (const { key } of store.list('keys/')) {
    const number = Number(key.slice('keys/'.length));
    if (!Number.isInteger(number) || number < 1 || keyName(number) !== key)
      throw new CorruptObject({ key, kind: 'key', check: 'its name is no key number' });
    numbers.push(number);
  }
  if (numbers.length === 0) throw new MissingObject({ key: keyName(1), kind: 'key' });
  return numbers.sort((a, b) => b - a);
};

/** Which data key seals what is written now. Throws `MissingObject`, `CorruptObject`. */
export const newestKeyNumber = async (store: ObjectStore): Promise<number> => (await keyNumbers(store))[0] as number;

const openNumber = async (
  store: ObjectStore,
  number: number,
  identity: LibraryIdentity,
  opener: Opener,
): Promise<TenantKeys> => {
  const found = await store.get(keyName(number));
  if (!found) throw new MissingObject({ key: keyName(number), kind: 'key' });
  const { idKey, dataKeys } = await openKeyObject(number, found.bytes, identity, opener);
  return new TenantKeys({ dataKeys: dataKeys.map((key, at) => [at + 1, key]), idKey });
};

/** Throws `WrongKey`, `MissingObject` (never set up), `UnsupportedFormat`, `CorruptObject`. */
export const openTenantKeys = async ({ store, wrapper, ...identity }: OpenInput): Promise<TenantKeys> => {
  await checkFormat(store);
  const [newest] = await keyNumbers(store);
  return openNumber(store, newest as number, identity, { by: 'wrapper', wrapper });
};

/**
 * Without AWS. `recoveryKey` is the text `hfrec1-…` that was printed at set-up. One that was replaced since opens what
 * was written while it was in force.
 */
export const openTenantKeysWithRecoveryKey = async ({
  store,
  recoveryKey,
  ...identity
}: LibraryIdentity & { readonly store: ObjectStore; readonly recoveryKey: string }): Promise<TenantKeys> => {
  await checkFormat(store);
  let refused: unknown;
  for (const number of await keyNumbers(store)) {
    try {
      return await openNumber(store, number, identity, { by: 'recovery', recoveryKey });
    } catch (error) {
      if (!(error instanceof WrongKey)) throw error;
      refused ??= error;
    }
  }
  throw refused;
};

/**
 * Sets the tenant's library up, or opens what is there. Any number of nodes may do it at once: `keys/1` is created by
 * one of them, and all open that one.
 */
export const createTenantKeys = async (input: CreateInput): Promise<TenantKeys> => {
  const { store, random } = input;
  await createFormat(store);
  if (!(await store.head(keyName(1)))) {
    const secret = { idKey: Buffer.from(random(32)), dataKeys: [Buffer.from(random(32))] };
    await store.putNew(keyName(1), await encodeKeyObject({ ...input, secret }));
  }
  return openTenantKeys(input);
};

/**
 * Adds the next data key, under this wrapping and this recovery key; what is sealed from now on uses it. `from` opens
 * what there is, where the wrapping key is being replaced. Of two rotations at once one adds, and both open that one.
 */
export const rotateTenantKey = async (input: CreateInput & { readonly from?: KeyWrapper }): Promise<TenantKeys> => {
  const { store, random } = input;
  const keys = await openTenantKeys({ ...input, wrapper: input.from ?? input.wrapper });
  const { idKey, dataKeys } = keys.share();
  const secret = {
    idKey: Buffer.from(idKey),
    dataKeys: [...dataKeys.map(([, key]) => Buffer.from(key)), Buffer.from(random(32))],
  };
  await store.putNew(keyName(secret.dataKeys.length), await encodeKeyObject({ ...input, secret }));
  return openTenantKeys(input);
};
