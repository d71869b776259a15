import * as core from '../core/domain/errors.ts';

/** What kind of object an error is about: the first part of its key, or `block`. */
export type ObjectKind =
  | 'format'
  | 'key'
  | 'pack'
  | 'index'
  | 'page'
  | 'map'
  | 'point'
  | 'condemned'
  | 'prune'
  | 'block';

interface About {
  readonly key: string;
  readonly kind: ObjectKind;
}

// a tenant reads that data is lost, and nothing of how its provider keeps it
const TENANT_MESSAGE = 'a part of the backup data cannot be read';

/** The object is there and is not what was written under that name. `check` says which test it failed. */
export class CorruptObject extends core.CorruptObject {
  readonly key: string;
  readonly kind: ObjectKind;
  readonly check: string;
  constructor({ key, kind, check, cause }: About & { readonly check: string; readonly cause?: unknown }) {
    super(`${kind} ${key} is damaged or was replaced: ${check}`, { cause, tenantMessage: TENANT_MESSAGE });
    this.key = key;
    this.kind = kind;
    this.check = check;
  }
}

/**
 * The object names a data key that is not in the key ring: written after a rotation that this process has not seen, or its
 * key is gone. So nothing says that it is damaged, and nothing is deleted for it.
 */
export class UnknownKey extends CorruptObject {
  readonly keyNumber: number;
  constructor(about: About, keyNumber: number) {
    super({ ...about, check: `names key ${keyNumber}, not in keys/ when the library was opened` });
    this.keyNumber = keyNumber;
  }
}

/** Something that a committed object refers to is not in the library. */
export class MissingObject extends core.MissingObject {
  readonly key: string;
  readonly kind: ObjectKind;
  constructor({ key, kind }: About, detail = '') {
    super(`${kind} ${key} is not in the library${detail && `: ${detail}`}`, { tenantMessage: TENANT_MESSAGE });
    this.key = key;
    this.kind = kind;
  }
}

/** No room: disk full, or the store's quota is used up. Nothing half-written is left. */
export { LibraryFull } from '../core/domain/errors.ts';

/** The key service or the recovery key cannot open this tenant's keys. */
export class WrongKey extends Error {
  override readonly name = 'WrongKey';
}

/** Not a library, or one of another version or block size than this program reads. */
export class UnsupportedFormat extends Error {
  override readonly name = 'UnsupportedFormat';
}

/** A name that is written once is taken by other content, so that this attempt must not go on. */
export class ConflictingObject extends Error {
  override readonly name = 'ConflictingObject';
  readonly key: string;
  constructor(key: string, detail: string) {
    super(`${key} exists already with other content: ${detail}`);
    this.key = key;
  }
}

/** The segments' results and the parent together don't name every page of the volume. */
export class IncompleteMap extends Error {
  override readonly name = 'IncompleteMap';
  readonly missingPages: readonly number[];
  constructor(missingPages: readonly number[]) {
    super(`no segment and no parent names ${missingPages.length} page(s), the first is page ${missingPages[0]}`);
    this.missingPages = missingPages;
  }
}

/** An image was written, replaced or removed while it was imported: what was read of it is of no one moment. */
export class ImageChanged extends Error {
  override readonly name = 'ImageChanged';
  constructor(path: string) {
    super(`${path} was changed while it was read`);
  }
}

/** What cannot be read of a library by the damage done to it; every other failure is not about the library. */
export type LossError = CorruptObject | MissingObject;
export const isLoss = (error: unknown): error is LossError =>
  error instanceof CorruptObject || error instanceof MissingObject;

/** A store's answer to a delete that the object's retention (S3 Object Lock) forbids for now. */
export class ObjectRetained extends Error {
  override readonly name = 'ObjectRetained';
}

/** Another prune or repair holds this library. */
export class LibraryBusy extends Error {
  override readonly name = 'LibraryBusy';
  readonly holder: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  constructor(holder: string, since: number) {
    super(`${holder} has been maintaining this library since ${new Date(since).toISOString()}`);
    this.holder = holder;
    this.since = since;
  }
}

/** This maintenance was taken over by another and must do nothing more. */
export class MaintenanceTakenOver extends Error {
  override readonly name = 'MaintenanceTakenOver';
}

/** What points refer to cannot be told because of damage, so that nothing may be deleted: check, then repair. */
export class LibraryDamaged extends Error {
  override readonly name = 'LibraryDamaged';
  /** The objects that cannot be read. */
  readonly keys: readonly string[];
  constructor(problems: readonly LossError[]) {
    super(`${problems.length} object(s) cannot be read, the first: ${problems[0]?.message}`);
    this.keys = problems.map(({ key }) => key);
  }
}
