import type { HypervisorId } from '../../contracts/ids.ts';
import type { PermissionsReport } from '../../contracts/permissions.ts';
import type { ServiceHypervisor } from '../../domain/hypervisor.ts';
import { joinedReports, permissionsReport } from '../../domain/permission-report.ts';
import { type PermissionPolicy, permissionQuestions } from '../../domain/permissions.ts';
import { managementStatements } from '../../domain/service-access-template.ts';
import { serviceFeatureOf } from '../../domain/service-permission-features.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { ServicePermissionCheck } from '../../ports/service-permission-check.ts';
import { createOpenService } from './get-hypervisor.ts';

export interface RolePermissions {
  readonly roleArn: string;
  readonly policy: PermissionPolicy;
}

export interface CheckServicePermissionsDeps {
  readonly catalog: Pick<Catalog, 'hypervisors'>;
  readonly check: ServicePermissionCheck;
  readonly settings: { readonly stage: string; readonly controlPlaneAccountId: string };
  /** The shipped permissions of the control plane's roles that serve this hypervisor, and of its library's. */
  readonly roles: (service: ServiceHypervisor) => readonly RolePermissions[];
}

/**
 * Operators only. In another account the role, or user, of the hypervisor is one of those that are checked.
 * Errors: NotFound, CredentialsRejected, TransientFailure.
 */
export const createCheckServicePermissions = ({ catalog, check, settings, roles }: CheckServicePermissionsDeps) => {
  const openService = createOpenService({ catalog });

  const ofHypervisor = async (service: ServiceHypervisor): Promise<readonly RolePermissions[]> => {
    if (service.auth.method === 'iam-role') return [];
    const { accountId, region } = service;
    const Statement = managementStatements({ stage: settings.stage, accountId, region });
    return [{ roleArn: await check.principal(service), policy: { Statement } }];
  };

  return async (hypervisorId: HypervisorId): Promise<PermissionsReport> => {
    const service = await openService(hypervisorId);
    const reports: PermissionsReport[] = [];
    for (const { roleArn, policy } of [...roles(service), ...(await ofHypervisor(service))]) {
      const place = { accountId: roleArn.split(':')[4] ?? '', region: service.region };
      const questions = permissionQuestions(policy, place);
      const found = await check.ask(service, roleArn, questions);
      const role = roleArn.slice(roleArn.lastIndexOf('/') + 1);
      reports.push(
        permissionsReport(policy, questions, { ...found, probes: [] }, { role, features: serviceFeatureOf }),
      );
    }
    return joinedReports(reports, await check.probe(service));
  };
};
