import type { AddHypervisor, HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { secretOfAccessKey } from '../../domain/access-key.ts';
import { Conflict, InvalidRequest, TransientFailure } from '../../domain/errors.ts';
import type { Hypervisor, HypervisorAuth } from '../../domain/hypervisor.ts';
import type { ServiceIntent } from '../../domain/service-intent.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { Secrets, Sha256 } from '../../ports/control.ts';
import type { CredentialCheck } from '../../ports/credential-check.ts';
import { checkIdentity } from './check-identity.ts';
import { checkObjectLock, type ObjectLockDeps } from './check-object-lock.ts';
import { type Asked, checkSameRequest, newId, requestHash } from './idempotency.ts';
import { type IdentifiedHypervisor, withInvitedExternalId } from './invited-external-id.ts';
import { type LibraryDefaults, newMediaAgent } from './new-media-agent.ts';
import { type PrepareServiceDeps, prepareService } from './prepare-service.ts';
import { refuseSharedLibrary } from './refuse-shared-library.ts';
import { type About, allOrNothing, NotUndone } from './undo-list.ts';

export interface AddHypervisorDeps extends PrepareServiceDeps, ObjectLockDeps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'invitations' | 'serviceIntents'>;
  readonly credentials: CredentialCheck;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sha256: Sha256;
  readonly settings: LibraryDefaults & PrepareServiceDeps['settings'];
}

const accountTaken = (accountId: string): Conflict =>
  new Conflict(`The account ${accountId} has a tenant hypervisor already.`, {
    field: 'accountId',
    remedy: 'Use the one that there is: holdfast hypervisor list',
  });

/** Not even a hash of the secret key is kept with the record. */
const withoutSecret = (request: AddHypervisor): object => {
  if (request.auth.method !== 'access-key') return request;
  const { secretAccessKey: _, ...auth } = request.auth;
  return { ...request, auth };
};

/**
 * Errors: CredentialsRejected, InvalidRequest (a library that cannot be opened), Conflict (one tenant hypervisor an
 * account; one service hypervisor a library; another request under the same key), TransientFailure. A secret access key goes to Secrets and nowhere else.
 * If it fails, nothing of what it made stays behind.
 */
export const createAddHypervisor = (deps: AddHypervisorDeps) => {
  const { catalog, credentials, secrets, clock, sha256, settings } = deps;

  const secretName = (hypervisorId: HypervisorId): string => `holdfast-${settings.stage}-${hypervisorId}`;

  /** A note that stays behind is settled by the reaper, which looks for the hypervisor first. */
  const settle = (intent: ServiceIntent): Promise<void> => catalog.serviceIntents.settle(intent).catch(() => undefined);

  /** What the reaper undoes if nobody else does; nothing is made without it. Errors: TransientFailure. */
  const intend = async (
    request: IdentifiedHypervisor,
    hypervisorId: HypervisorId,
    more: Partial<ServiceIntent> = {},
  ): Promise<ServiceIntent> => {
    const { kind, accountId, region } = request;
    const secret = request.auth.method === 'access-key' ? secretName(hypervisorId) : undefined;
    const auth: HypervisorAuth =
      request.auth.method === 'access-key'
        ? { method: 'access-key', accessKeyId: request.auth.accessKeyId, secretArn: secretName(hypervisorId) }
        : request.auth;
    const intent: ServiceIntent = {
      ...{ hypervisorId, kind, accountId, region, auth, at: clock.now(), state: 'intended' },
      ...(secret === undefined ? {} : { secret }),
      ...more,
    };
    if (await catalog.serviceIntents.intend(intent)) return intent;
    throw new TransientFailure('What was begun under this key before is just being removed.', {
      remedy: 'Ask again in a minute.',
    });
  };

  /** True also if the answer to the write was lost, but the record is there. */
  const write = async (hypervisor: Hypervisor): Promise<boolean> => {
    try {
      return await catalog.hypervisors.add(hypervisor);
    } catch (cause) {
      if (await catalog.hypervisors.get(hypervisor.hypervisorId)) return true;
      throw cause;
    }
  };

  /** Of two that were added at once over one place, each sees the other, or one of them was first. Errors: Conflict. */
  const stillAlone = async (hypervisor: Hypervisor): Promise<Hypervisor> => {
    if (hypervisor.kind === 'tenant') return hypervisor;
    try {
      await refuseSharedLibrary(catalog, hypervisor, 'all');
    } catch (error) {
      if (error instanceof Conflict) await catalog.hypervisors.remove(hypervisor.hypervisorId);
      throw error;
    }
    return hypervisor;
  };

  const keptAuth = async (
    { auth }: IdentifiedHypervisor,
    hypervisorId: HypervisorId,
    about: About,
    userArn: string,
  ): Promise<HypervisorAuth> => {
    if (auth.method !== 'access-key') return auth;
    const { accessKeyId, secretAccessKey } = auth;
    const name = secretName(hypervisorId);
    let secretArn: string | undefined;
    about(`the secret ${name}`, () => secrets.delete(secretArn ?? name));
    secretArn = await secrets.create(name, secretOfAccessKey({ accessKeyId, secretAccessKey }));
    return { method: 'access-key', accessKeyId, secretArn, userArn };
  };

  const make = async (
    request: IdentifiedHypervisor,
    hypervisorId: HypervisorId,
    hash: { readonly requestHash?: string },
    about: About,
    arn: string,
    beforeGroup: () => Promise<void>,
  ): Promise<Hypervisor> => {
    const { name, accountId, region } = request;
    const base = { hypervisorId, name, accountId, region, createdAt: clock.now(), ...hash };
    if (request.kind === 'tenant')
      return { ...base, kind: 'tenant', auth: await keptAuth(request, hypervisorId, about, arn) };
    const { accessNodes, nodeSubnets } = request;
    if (nodeSubnets !== undefined && accessNodes === 'manual')
      throw new InvalidRequest('Only automatic access nodes are launched in subnets that are named here.', {
        field: 'nodeSubnets',
        remedy: 'Leave it out, or let access nodes be automatic.',
      });
    const mediaAgent = newMediaAgent(request, hypervisorId, settings);
    await refuseSharedLibrary(catalog, { ...base, mediaAgent }, 'all');
    if (mediaAgent.lock !== undefined) await checkObjectLock(deps, mediaAgent.library);
    const auth = await keptAuth(request, hypervisorId, about, arn);
    const where = nodeSubnets === undefined ? {} : { nodeSubnets };
    const fresh = { ...base, kind: 'service', auth, mediaAgent, accessNodes, ...where } as const;
    return prepareService(deps, fresh, about, beforeGroup);
  };

  return async (asked: Asked, request: AddHypervisor): Promise<HypervisorView> => {
    const hypervisorId: HypervisorId = newId(deps, 'hv', 'operator', 'hypervisors', asked);
    const hash = requestHash(sha256, asked, withoutSecret(request));
    const there = await catalog.hypervisors.get(hypervisorId);
    if (there) {
      checkSameRequest(there, hash);
      return hypervisorView(there);
    }
    if (request.kind === 'tenant' && (await catalog.hypervisors.tenantOfAccount(request.accountId)))
      throw accountTaken(request.accountId);
    const identified = await withInvitedExternalId(catalog, request);
    const { arn } = await checkIdentity(credentials, identified, settings.controlPlaneAccountId);
    let noted = await intend(identified, hypervisorId);
    const beforeGroup = async (): Promise<void> => {
      noted = await intend(identified, hypervisorId, { autoScaling: true });
    };
    const added = await allOrNothing(
      async (about) => {
        const hypervisor = await make(identified, hypervisorId, hash, about, arn, beforeGroup);
        if (await write(hypervisor)) return await stillAlone(hypervisor);
        const quicker = await catalog.hypervisors.get(hypervisorId);
        if (quicker) return quicker;
        throw accountTaken(request.accountId);
      },
      async () => (await catalog.hypervisors.get(hypervisorId)) !== undefined,
    ).catch(async (error: unknown) => {
      // What could not be undone is left to the reaper: only where nothing is left its intent goes.
      if (!(error instanceof NotUndone)) await settle(noted);
      throw error;
    });
    await settle(noted);
    if (hash.requestHash !== undefined) checkSameRequest(added, hash);
    return hypervisorView(added);
  };
};
