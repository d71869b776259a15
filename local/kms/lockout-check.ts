import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import { type Kms, keyAccess } from './kms.ts';
import type { KeyRecord } from './records.ts';

/**
 * KMS takes no key policy under which the caller could not put another one, unless the caller asks to bypass this: a key
 * that nobody can change is lost. Throws AwsError, MalformedPolicyDocumentException.
 */
export const checkLockout = (kms: Kms, key: KeyRecord, call: Call, bypass: boolean): void => {
  if (bypass) return;
  const access = keyAccess(kms, 'PutKeyPolicy', { key }, call, {
    context: { 'kms:BypassPolicyLockoutSafetyCheck': 'false' },
  });
  try {
    kms.kernel.authorise(call.principal, call.region, [access]);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    throw new AwsError(
      'MalformedPolicyDocumentException',
      'The new key policy will not allow you to update the key policy in the future.',
    );
  }
};
