import type { PermissionsReport } from '../../contracts/permissions.ts';
import { CredentialsRejected, InvalidRequest, TenantAccessLost } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { permissionsReport } from '../../domain/permission-report.ts';
import { type PermissionPolicy, permissionQuestions } from '../../domain/permissions.ts';
import type { PermissionCheck } from '../../ports/permission-check.ts';

export interface CheckPermissionsDeps {
  readonly check: PermissionCheck;
  readonly policies: {
    /** The shipped permissions of a tenant's role, and of the user that an access key belongs to. */
    readonly role: PermissionPolicy;
    readonly user: PermissionPolicy;
    /** The statements that a feature needs, by its name: their Sids. */
    readonly features: Readonly<Record<string, readonly string[]>>;
  };
}

/**
 * Operators only. `features`: names with commas; absent: all. An access key needs its sessions for any of them.
 * Errors: CredentialsRejected (the role or key does not work at all), InvalidRequest (a feature that there is not),
 * TransientFailure.
 */
export const createCheckPermissions = ({ check, policies }: CheckPermissionsDeps) => {
  const narrowed = (policy: PermissionPolicy, features: string | undefined, always: readonly string[]) => {
    if (features === undefined) return policy;
    const wanted = new Set(
      [...features.split(','), ...always].flatMap((feature) => {
        const sids = Object.hasOwn(policies.features, feature) ? policies.features[feature] : undefined;
        if (sids) return sids;
        throw new InvalidRequest(`There is no feature ${feature}.`, {
          field: 'features',
          remedy: `Features are: ${Object.keys(policies.features).join(', ')}.`,
        });
      }),
    );
    return { ...policy, Statement: policy.Statement.filter(({ Sid }) => wanted.has(Sid)) };
  };

  return async (tenant: TenantHypervisor, features?: string): Promise<PermissionsReport> => {
    const byKey = tenant.auth.method === 'access-key';
    const policy = narrowed(byKey ? policies.user : policies.role, features, byKey ? ['access-key'] : []);
    const questions = permissionQuestions(policy, tenant);
    const found = await check.ask(tenant, questions).catch((error: unknown) => {
      if (!(error instanceof TenantAccessLost)) throw error;
      throw new CredentialsRejected(error.message, { ...(error.remedy ? { remedy: error.remedy } : {}), cause: error });
    });
    return permissionsReport(policy, questions, found);
  };
};
