import type { Transport } from '../core/contracts/plans.ts';
import { usageError } from './cli-error.ts';

interface OperatorsOwn {
  readonly tenant?: string;
  readonly streams?: number;
  readonly transport?: Transport;
}

/** What only operators set, with --tenant: a tenant's own request has no such field. Errors: CliError, naming the option. */
export const refuseOperatorsOwn = ({ tenant, streams, transport }: OperatorsOwn): void => {
  if (tenant !== undefined || (streams === undefined && transport === undefined)) return;
  throw usageError('How many streams there are and how data moves is your provider’s business.', {
    field: streams === undefined ? '--transport' : '--streams',
    remedy: 'Leave it out; operators: name the tenant with --tenant.',
  });
};
