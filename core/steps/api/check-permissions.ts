import type { PermissionsReport } from '../../contracts/api.ts';
import { CredentialsRejected, TenantAccessLost } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { type PermissionPolicy, permissionQuestions, permissionsReport } from '../../domain/permissions.ts';
import type { PermissionCheck } from '../../ports/permission-check.ts';

export interface CheckPermissionsDeps {
  readonly check: PermissionCheck;
  /** The shipped permissions of a tenant's role, and of the user that an access key belongs to. */
  readonly policies: { readonly role: PermissionPolicy; readonly user: PermissionPolicy };
}

/** Operators only. Errors: CredentialsRejected (the role or key does not work at all), TransientFailure. */
export const createCheckPermissions =
  ({ check, policies }: CheckPermissionsDeps) =>
  async (tenant: TenantHypervisor): Promise<PermissionsReport> => {
    const policy = tenant.auth.method === 'access-key' ? policies.user : policies.role;
    const questions = permissionQuestions(policy, tenant);
    const found = await check.ask(tenant, questions).catch((error: unknown) => {
      if (!(error instanceof TenantAccessLost)) throw error;
      throw new CredentialsRejected(error.message, { ...(error.remedy ? { remedy: error.remedy } : {}), cause: error });
    });
    return permissionsReport(policy, questions, found);
  };
