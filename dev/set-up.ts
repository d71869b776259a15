import type { InvitationView } from '../core/contracts/invitations.ts';
import { askCli } from './cli.ts';
import { deployInvitation } from './deploy-invitation.ts';
import { type ExampleTenant, SERVICE_ACCOUNT } from './example-accounts.ts';
import type { LocalHoldfast } from './local-holdfast.ts';

export interface SetUp {
  readonly serviceId: string;
  readonly queues: { readonly restores: string; readonly work: string };
  /** Printed once, for the operator to keep offline. */
  readonly recoveryKey: string;
  /** In the order of the tenants given. */
  readonly tenantIds: readonly string[];
}

/** What is done once: a service hypervisor, the tenants' invitations, roles and hypervisors, and their bindings; by the CLI. */
export const setUpHypervisors = async (
  local: LocalHoldfast,
  tenants: readonly ExampleTenant[],
  libraryPath?: string,
): Promise<SetUp> => {
  const { operator } = local.accounts;
  const key = await askCli(local, operator, ['recovery-key', 'create']);
  const service = await askCli(local, operator, [
    ...['hypervisor', 'add', 'service', '--name', 'service', '--account', SERVICE_ACCOUNT, '--auth', 'iam-role'],
    ...['--recovery-public-key', String(key.publicKey)],
    ...(libraryPath ? ['--library-path', libraryPath] : []),
  ]);
  const serviceId = String(service.hypervisorId);
  const tenantIds: string[] = [];
  for (const { name, accountId } of tenants) {
    const invited = await askCli(local, operator, ['tenant', 'invite', '--account', accountId, '--name', name]);
    const roleArn = await deployInvitation(local.cloud, invited as unknown as InvitationView);
    const tenant = await askCli(local, operator, [
      ...['hypervisor', 'add', 'tenant', '--name', name, '--account', accountId, '--auth', 'assume-role'],
      ...['--role-arn', roleArn],
    ]);
    tenantIds.push(String(tenant.hypervisorId));
    await askCli(local, operator, ['hypervisor', 'bind', String(tenant.hypervisorId), '--to', serviceId]);
  }
  return {
    serviceId,
    queues: service.queues as SetUp['queues'],
    recoveryKey: String(key.privateKey),
    tenantIds,
  };
};
