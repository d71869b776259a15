import type { InvitationView, InviteTenant } from '../../contracts/invitations.ts';
import { InvalidRequest } from '../../domain/errors.ts';
import type { Invitation } from '../../domain/invitation.ts';
import { TENANT_ROLE, type TenantRole } from '../../domain/tenant-role-template.ts';
import { time } from '../../domain/view-fields.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { FreshExternalId } from '../../ports/invitations.ts';

export interface TenantTemplates {
  /** By whose names permissions are granted. */
  readonly features: readonly string[];
  /** The text of the template that makes this role with the shipped permissions for those features. */
  text(role: TenantRole, features: readonly string[]): string;
}

export interface InviteTenantDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'invitations'>;
  readonly clock: Clock;
  readonly freshExternalId: FreshExternalId;
  readonly tenantTemplates: TenantTemplates;
  readonly settings: { readonly hubRoleArn: string; readonly controlPlaneAccountId: string };
}

/**
 * The account's ExternalId and the template of its role. Invited again, it gets the same ExternalId, whatever became of
 * it meanwhile: nothing ever gives an account another one; and the same permissions, unless others are named.
 * Errors: InvalidRequest.
 */
export const createInviteTenant = (deps: InviteTenantDeps) => {
  const { catalog, clock, freshExternalId, tenantTemplates, settings } = deps;

  const known = (features: readonly string[]): readonly string[] => {
    const unknown = features.find((feature) => !tenantTemplates.features.includes(feature));
    if (unknown === undefined) return features;
    throw new InvalidRequest(`There is no feature ${unknown}: there are ${tenantTemplates.features.join(', ')}.`, {
      field: 'features',
      remedy: 'Name features of the list, or none for all of them.',
    });
  };

  /** A feature of before that there is no more is none. */
  const allowed = ({ features }: Invitation): readonly string[] =>
    features?.filter((feature) => tenantTemplates.features.includes(feature)) ?? tenantTemplates.features;

  return async ({ accountId, name, region, features }: InviteTenant): Promise<InvitationView> => {
    if (accountId === settings.controlPlaneAccountId) {
      throw new InvalidRequest(`${accountId} is the deployment's own account: it is nobody's tenant.`, {
        field: 'accountId',
        remedy: 'Keep what is protected in accounts of its own.',
      });
    }
    const fresh: Invitation = {
      accountId,
      name,
      region,
      ...(features ? { features: known(features) } : {}),
      externalId: freshExternalId(),
      invitedAt: clock.now(),
    };
    const invitation = await catalog.invitations.invite(fresh);
    const { externalId, invitedAt } = invitation;
    const granted = allowed(invitation);
    const hypervisor = await catalog.hypervisors.tenantOfAccount(accountId);
    const { hubRoleArn } = settings;
    return {
      accountId,
      name,
      region,
      externalId,
      hubRoleArn,
      roleArn: `arn:aws:iam::${accountId}:role/${TENANT_ROLE}`,
      features: [...granted],
      invitedAt: time(invitedAt),
      ...(hypervisor ? { hypervisorId: hypervisor.hypervisorId } : {}),
      template: tenantTemplates.text({ hubRoleArn, externalId, name: TENANT_ROLE }, granted),
    };
  };
};
