import type { TenantHypervisor } from '../domain/hypervisor.ts';
import type { FoundPermissions } from '../domain/permission-report.ts';
import type { PermissionQuestion } from '../domain/permissions.ts';

/** What a tenant's role or access key may do, asked in the tenant's account; nothing is made or changed there. */
export interface PermissionCheck {
  /**
   * IAM's simulator answers if the tenant lets it be asked (`simulated`); dry runs of EC2 do, as far as the account has
   * something to try them on; and live probes, which only look, as far as it has snapshots of ours. A question may be
   * answered more than once; one that nobody could answer has no answer here.
   * Errors: TenantAccessLost (the role or key itself does not work), TransientFailure.
   */
  ask(tenant: TenantHypervisor, questions: readonly PermissionQuestion[]): Promise<FoundPermissions>;
}
