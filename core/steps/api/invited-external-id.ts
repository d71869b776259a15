import type { AddHypervisor } from '../../contracts/api.ts';
import { Conflict, InvalidRequest } from '../../domain/errors.ts';
import { quoted } from '../../domain/shell.ts';
import type { Catalog } from '../../ports/catalog.ts';

type Add<Kind extends AddHypervisor['kind']> = Extract<AddHypervisor, { kind: Kind }>;
type Identified<T extends { readonly method: string }> = T extends { readonly method: 'assume-role' }
  ? T & { readonly externalId: string }
  : T;

/** As it was asked for, but a role has its ExternalId in any case. */
export type IdentifiedHypervisor =
  | Add<'service'>
  | (Omit<Add<'tenant'>, 'auth'> & { readonly auth: Identified<Add<'tenant'>['auth']> });

/**
 * A tenant's role is assumed under the ExternalId that its account was invited under, and under no other: were it the
 * request's to choose, one tenant's could be given for another's account. Errors: Conflict (not invited), InvalidRequest
 * (another one is named).
 */
export const withInvitedExternalId = async (
  { invitations }: Pick<Catalog, 'invitations'>,
  request: AddHypervisor,
): Promise<IdentifiedHypervisor> => {
  if (request.kind === 'service') return request;
  const { auth, accountId, name, region } = request;
  if (auth.method !== 'assume-role') return { ...request, auth };
  const invitation = await invitations.get(accountId);
  const invite = `holdfast tenant invite --account ${accountId} --name ${quoted(name)} --region ${region}`;
  if (!invitation) {
    throw new Conflict(`The account ${accountId} has no ExternalId yet: it has not been invited.`, {
      field: 'accountId',
      remedy: `Invite it (${invite}), have it deploy the template that this prints, and add it then.`,
    });
  }
  const { externalId } = invitation;
  if (auth.externalId !== undefined && auth.externalId !== externalId) {
    throw new InvalidRequest(`This is not the ExternalId that the account ${accountId} was invited under.`, {
      field: 'auth.externalId',
      remedy: `Leave it out, and have the trust policy of the role ask for ours: ${invite} prints it.`,
    });
  }
  return { ...request, auth: { ...auth, externalId } };
};
