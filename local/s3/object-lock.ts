import type { Bucket } from './buckets.ts';
import { invalidArgument, invalidRequest, objectLocked } from './errors.ts';

export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  /** ms since 1970 */
  readonly until: number;
}

export interface Lockable {
  readonly retention?: Retention;
  readonly legalHold?: boolean;
}

const DAY_MS = 86_400_000;

/** Throws AccessDenied if the version is locked now. `bypass` is what s3:BypassGovernanceRetention allowed. */
export const assertUnlocked = (version: Lockable, now: number, bypass: boolean): void => {
  if (version.legalHold) throw objectLocked();
  if (!version.retention || version.retention.until <= now) return;
  if (version.retention.mode === 'GOVERNANCE' && bypass) return;
  throw objectLocked();
};

/** Throws AccessDenied if `next` would weaken a retention that still runs. */
export const assertExtends = (
  current: Retention | undefined,
  next: Retention | undefined,
  now: number,
  bypass: boolean,
): void => {
  if (!current || current.until <= now) return;
  const weaker = !next || next.until < current.until || (current.mode === 'COMPLIANCE' && next.mode === 'GOVERNANCE');
  if (weaker && !(current.mode === 'GOVERNANCE' && bypass)) throw objectLocked();
};

export const parseRetention = (
  mode: string | undefined,
  until: string | undefined,
  now: number,
): Retention | undefined => {
  if (mode === undefined && until === undefined) return undefined;
  if (mode === undefined || until === undefined)
    throw invalidArgument(
      'x-amz-object-lock-retain-until-date',
      until ?? '',
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
    );
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE')
    throw invalidArgument('x-amz-object-lock-mode', mode, 'Unknown wormMode directive.');
  const time = Date.parse(until);
  if (Number.isNaN(time) || time <= now)
    throw invalidArgument('x-amz-object-lock-retain-until-date', until, 'The retain until date must be in the future!');
  return { mode, until: time };
};

/** The lock that a new version gets: what the request asks for, else the bucket's default. */
export const lockForNewVersion = (
  bucket: Bucket,
  asked: { retention: Retention | undefined; legalHold: boolean | undefined },
  now: number,
): Lockable => {
  if (!bucket.objectLock) {
    if (asked.retention || asked.legalHold !== undefined)
      throw invalidRequest('Bucket is missing Object Lock Configuration');
    return {};
  }
  const rule = bucket.objectLock.defaultRetention;
  const byDefault = rule && {
    mode: rule.mode,
    until: now + (rule.days ?? (rule.years ?? 0) * 365) * DAY_MS,
  };
  const retention = asked.retention ?? byDefault;
  return { ...(retention && { retention }), ...(asked.legalHold && { legalHold: true }) };
};
