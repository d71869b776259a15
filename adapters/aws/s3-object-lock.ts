import type { ObjectLock } from '../../core/ports/object-store.ts';
import { isLockedKind } from '../../library/locked-objects.ts';

/** How long what a store creates is kept; asked at each write, since one store may serve several orders. */
export type LockSetting = () => ObjectLock | undefined;

/** The lock of an object of this name; undefined: it has none. */
export const lockFor = (setting: LockSetting | undefined, key: string): ObjectLock | undefined =>
  isLockedKind(key) ? setting?.() : undefined;

/** As S3 writes it. */
export const lockModeOf = ({ mode }: Pick<ObjectLock, 'mode'>): 'GOVERNANCE' | 'COMPLIANCE' =>
  mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE';

/** Answers to GetObjectRetention: of an object, or of a whole bucket, without Object Lock. */
export const NEVER_LOCKED = new Set(['NoSuchObjectLockConfiguration', 'InvalidRequest']);
/** MethodNotAllowed: what is there is a delete marker. */
export const NO_SUCH_VERSION = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound', 'MethodNotAllowed']);
