import { CredentialsRejected } from '../../core/domain/errors.ts';
import type { ServiceReach } from '../../core/ports/service-account.ts';
import { awsMessage, awsName, isRefused, isTransient, transientFailure } from './classify.ts';

export type CallService = <T>(action: string, call: () => Promise<T>) => Promise<T>;

/** EC2 and Auto Scaling hide the refusal of what they try in the caller's name behind a code of their own. */
const saysNotAuthorized = (error: unknown): boolean => /not authorized/i.test(awsMessage(error));

/**
 * One call in a service hypervisor's account. Errors: CredentialsRejected (refused; it names the action),
 * TransientFailure; any other comes as the SDK threw it. Operators read these: nothing here reaches a tenant.
 */
export const callService =
  ({ accountId, auth }: Pick<ServiceReach, 'accountId' | 'auth'>): CallService =>
  async (action, call) => {
    try {
      return await call();
    } catch (error) {
      if (isTransient(error)) throw transientFailure(action, error);
      if (!isRefused(error) && !saysNotAuthorized(error)) throw error;
      const way = auth.method === 'assume-role' ? `The role ${auth.roleArn}` : wayIn[auth.method];
      throw new CredentialsRejected(
        `${way} does not allow ${action} in the account ${accountId}: ${awsName(error)} ${awsMessage(error)}`.slice(
          0,
          1_000,
        ),
        {
          field: 'auth',
          remedy: `Allow ${action} there, as the permissions of a service hypervisor say.`,
          cause: error,
        },
      );
    }
  };

const wayIn = { 'iam-role': "The deployment's own role", 'access-key': 'The access key' };
