import type { HypervisorView } from '../../core/contracts/api.ts';
import { deployTemplate } from '../deployment/deploy-template.ts';
import type { LocalHoldfast } from '../local-holdfast.ts';
import type { Person } from './person.ts';

export const SECOND_BUCKET = 'second-library-444444444444';
const EXTERNAL_ID = 'tour-second-service';

/**
 * A service hypervisor in an account of its own, as its owner and the operator set it up together: what lets Holdfast in
 * is deployed there from the printed template, the hypervisor is added, what its nodes need is deployed, and looked for.
 */
export const addSecondService = async (local: LocalHoldfast, operator: Person): Promise<HypervisorView> => {
  const { accountId } = local.accounts.otherService;
  const place = { accountId, region: local.place.region };
  const { template: access } = await operator.ask<{ template: string }>([
    ...['hypervisor', 'access-template', '--account', accountId],
    ...['--external-id', EXTERNAL_ID, '--library-bucket', SECOND_BUCKET],
  ]);
  const made = await deployTemplate(local.cloud, place, 'holdfast-access', access);
  const key = await operator.ask<{ publicKey: string }>(['recovery-key', 'create']);
  const { hypervisorId } = await operator.ask<HypervisorView>([
    ...['hypervisor', 'add', 'service', '--name', 'second', '--account', accountId, '--auth', 'assume-role'],
    ...['--role-arn', String(made.ManagementRoleArn), '--external-id', EXTERNAL_ID],
    ...['--library-bucket', SECOND_BUCKET, '--library-prefix', 'holdfast'],
    ...['--library-role', String(made.LibraryRoleArn), '--kms-key', String(made.LibraryKeyArn)],
    ...['--library-maintenance-role', String(made.LibraryMaintenanceRoleArn)],
    ...['--recovery-public-key', key.publicKey],
  ]);
  const { template: nodes } = await operator.ask<{ template: string }>(['hypervisor', 'template', hypervisorId]);
  await deployTemplate(local.cloud, place, 'holdfast-nodes', nodes);
  return operator.ask<HypervisorView>(['hypervisor', 'check', hypervisorId]);
};
