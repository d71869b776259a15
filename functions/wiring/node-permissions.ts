import type { HypervisorId } from '../../core/contracts/ids.ts';
import { fillIn } from '../../infra/permissions/fill-in.ts';
import document from '../../infra/permissions/service/node.json' with { type: 'json' };

interface Deployment {
  readonly stage: string;
  /** Of the control plane. */
  readonly accountId: string;
  readonly region: string;
}

/** What the role of a service hypervisor's nodes may do: bundled with the function that makes the role. */
export const nodePermissions =
  ({ stage, accountId, region }: Deployment) =>
  (hypervisorId: HypervisorId): unknown =>
    fillIn(document, {
      variables: {
        'aws:region': region,
        'aws:accountId': accountId,
        'self:custom.name': `holdfast-${stage}`,
        hypervisor: hypervisorId,
      },
      libraryKeyArn: '',
    });
