import { AwsError } from '../kernel/errors.ts';
import type { PolicyDocument } from '../kernel/service.ts';
import type { Policies } from './records.ts';

/** IAM's default quotas, in characters without white space. */
const TRUST_POLICY = 2_048;
/** All inline policies of one together. The local cloud has no groups (of 5,120). */
const INLINE_POLICIES = { role: 10_240, user: 2_048 };
const MANAGED_POLICY = 6_144;
/** Managed policies attached to one role or user. */
const MOST_ATTACHED = 10;

const charactersOf = (policy: PolicyDocument): number => JSON.stringify(policy).length;
const exceeded = (message: string): AwsError => new AwsError('LimitExceeded', message, 409);

/** All of these throw AwsError, LimitExceeded. */
export const checkTrustQuota = (policy: PolicyDocument): void => {
  if (charactersOf(policy) > TRUST_POLICY) throw exceeded(`Cannot exceed quota for ACLSizePerRole: ${TRUST_POLICY}`);
};

export const checkInlineQuota = (kind: 'role' | 'user', name: string, policies: Policies): void => {
  const most = INLINE_POLICIES[kind];
  const size = Object.values(policies).reduce((sum, policy) => sum + charactersOf(policy), 0);
  if (size > most) throw exceeded(`Maximum policy size of ${most} bytes exceeded for ${kind} ${name}`);
};

export const checkManagedQuota = (policy: PolicyDocument): void => {
  if (charactersOf(policy) > MANAGED_POLICY) throw exceeded(`Cannot exceed quota for PolicySize: ${MANAGED_POLICY}`);
};

export const checkAttachedQuota = (kind: 'role' | 'user', attached: readonly string[]): void => {
  const quota = kind === 'role' ? 'PoliciesPerRole' : 'PoliciesPerUser';
  if (attached.length > MOST_ATTACHED) throw exceeded(`Cannot exceed quota for ${quota}: ${MOST_ATTACHED}`);
};
