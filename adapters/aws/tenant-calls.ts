import { TenantAccessLost } from '../../core/domain/errors.ts';
import type { HypervisorAuth, TenantHypervisor } from '../../core/domain/hypervisor.ts';
import {
  accountAtLimit,
  awsMessage,
  awsName,
  isRefused,
  isThrottled,
  isTransient,
  transientFailure,
} from './classify.ts';

export type Account = Pick<TenantHypervisor, 'accountId' | 'auth'>;

/**
 * One call in a tenant's account. Errors: TenantAccessLost (refused; it names the action), TransientFailure (throttled:
 * AccountAtLimit); any other
 * error comes as the SDK threw it, for the caller to name.
 */
export const callTenant = async <T>(account: Account, action: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    if (isThrottled(error)) throw accountAtLimit(action, error);
    if (isTransient(error)) throw transientFailure(action, error);
    if (isRefused(error)) throw accessLost(account, action, error);
    throw error;
  }
};

const accessLost = ({ accountId, auth }: Account, action: string, error: unknown): TenantAccessLost => {
  const way = wayIn(auth);
  const said = `${awsName(error)} ${awsMessage(error)}`.replace(/Encoded authorization failure message:.*/s, '').trim();
  return new TenantAccessLost(`${way} does not allow ${action} in account ${accountId}: ${said}`.slice(0, 1_000), {
    remedy: `Check that ${way} exists and has the permissions that Holdfast asks for, ${action} among them.`,
    // AWS's own words name who called: an account and a role of the service side.
    tenantMessage: `${way} does not allow ${action}.`,
    cause: error,
  });
};

const wayIn = (auth: HypervisorAuth): string => {
  switch (auth.method) {
    case 'assume-role':
      return `the role ${auth.roleArn}`;
    case 'access-key':
      return `the access key ${auth.accessKeyId}`;
    case 'iam-role':
      return "the deployment's own role";
  }
};
