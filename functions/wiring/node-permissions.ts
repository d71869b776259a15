import type { HypervisorId } from '../../core/contracts/ids.ts';
import { softwareArn } from '../../core/domain/node-user-data.ts';
import type { PermissionPolicy } from '../../core/domain/permissions.ts';
import { fillIn } from '../../infra/permissions/fill-in.ts';
import document from '../../infra/permissions/service/node.json' with { type: 'json' };

interface Deployment {
  readonly stage: string;
  /** Of the control plane. */
  readonly accountId: string;
  readonly region: string;
  /** `s3://bucket/key` of the software that nodes fetch as they boot; absent: their image has it, and they read no bucket. */
  readonly nodeSoftware?: string;
}

const FETCHES = 'FetchSoftware';

/**
 * What the role of a service hypervisor's nodes may do: bundled with the function that makes the role. Nodes in another
 * account boot as a role of that account, which fetches their software, and assume this one later.
 */
export const nodePermissions =
  ({ stage, accountId, region, nodeSoftware }: Deployment) =>
  (hypervisorId: HypervisorId, nodes: 'in this account' | 'elsewhere' = 'in this account'): PermissionPolicy => {
    const software = nodes === 'in this account' ? nodeSoftware : undefined;
    const Statement = document.Statement.filter(({ Sid }) => software !== undefined || Sid !== FETCHES);
    return fillIn(
      { ...document, Statement },
      {
        variables: {
          'aws:region': region,
          'self:custom.account': accountId,
          'self:custom.name': `holdfast-${stage}`,
          hypervisor: hypervisorId,
          ...(software === undefined ? {} : { nodeSoftware: softwareArn(software) }),
        },
        libraryKeyArn: '',
      },
    ) as PermissionPolicy;
  };
