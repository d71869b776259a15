import type { PlanFields } from '../../contracts/plans.ts';
import { InvalidRequest } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { checkSchedule } from '../../domain/schedule-times.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { checkResources } from './check-resources.ts';
import { refuseOwnRegion } from './refuse-own-region.ts';

type CheckCatalog = Pick<Catalog, 'hypervisors' | 'vmGroups' | 'nodes'>;

/** What a plan asks for that its method does not do would be silently left out. */
const checkMethod = ({ method, copy, copyToRegion }: PlanFields): void => {
  if (method === 'snapshot') return;
  const field = copy.when !== 'never' ? 'copy' : copyToRegion !== undefined ? 'copyToRegion' : undefined;
  if (!field) return;
  throw new InvalidRequest(
    `${field} is for plans with the method snapshot: a streaming backup leaves no snapshot to copy.`,
    {
      field,
      remedy: 'Leave it out, or choose the method snapshot.',
    },
  );
};

/**
 * The rules come first (O6 to O8), then what the plan says. A plan can be made before its tenant is bound, as long as
 * nothing in it needs to know to whom. Errors: TenantNotBound, RuleViolated, NotAvailable, InvalidRequest naming the field.
 */
export const checkPlan = async (catalog: CheckCatalog, tenant: TenantHypervisor, fields: PlanFields): Promise<void> => {
  const plain = fields.purpose === 'restore' && fields.transport === 'ebs-direct';
  if (tenant.binding || !plain) await checkResources(catalog, tenant, fields);
  checkMethod(fields);
  refuseOwnRegion(tenant, fields.copyToRegion);
  if (fields.schedule) checkSchedule(fields.schedule, 'schedule');
  if (fields.copy.when === 'on-schedule') checkSchedule(fields.copy.schedule, 'copy.schedule');
};
