import type { PermissionProbe } from '../contracts/permissions.ts';
import type { ServiceHypervisor } from '../domain/hypervisor.ts';
import type { FoundPermissions } from '../domain/permission-report.ts';
import type { PermissionQuestion } from '../domain/permissions.ts';

/** What the roles that serve a service hypervisor may do, and whether what they work on is there; nothing is changed. */
export interface ServicePermissionCheck {
  /**
   * Asks IAM's simulator about a role, or user, of the deployment's account or of the hypervisor's: as whoever the control
   * plane is there. Not `simulated` where that may not ask. Errors: CredentialsRejected, TransientFailure.
   */
  ask(
    service: ServiceHypervisor,
    principalArn: string,
    questions: readonly PermissionQuestion[],
  ): Promise<Pick<FoundPermissions, 'simulated' | 'answers'>>;
  /** Who the control plane is in the hypervisor's account: what `ask` can be asked about. Errors: as above. */
  principal(service: ServiceHypervisor): Promise<string>;
  /** Its queues, and the library's bucket. Errors: TransientFailure. */
  probe(service: ServiceHypervisor): Promise<readonly PermissionProbe[]>;
}
