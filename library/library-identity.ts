import type { ObjectStore } from '../core/ports/object-store.ts';
import { MissingObject } from './errors.ts';
import { checkFormat } from './format-object.ts';
import { identityInKeyObject, type LibraryIdentity } from './key-object.ts';
import { keyName } from './names.ts';

/**
 * Whose library this says it is, for whoever has only the recovery key. It is only a claim until the keys are opened:
 * they open for no other identity. Throws `MissingObject` (no library), `UnsupportedFormat`, `CorruptObject`.
 */
export const readIdentity = async (store: ObjectStore): Promise<LibraryIdentity> => {
  await checkFormat(store);
  const found = await store.get(keyName(1));
  if (!found) throw new MissingObject({ key: keyName(1), kind: 'key' });
  return identityInKeyObject(1, found.bytes);
};
