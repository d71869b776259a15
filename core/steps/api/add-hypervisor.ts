import type { AddHypervisor, HypervisorView } from '../../contracts/api.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { Conflict, CredentialsRejected } from '../../domain/errors.ts';
import type { Hypervisor, HypervisorAuth } from '../../domain/hypervisor.ts';
import { hypervisorView } from '../../domain/views.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { Queues, Secrets } from '../../ports/control.ts';
import type { CredentialCheck } from '../../ports/tenant-scope.ts';
import { type LibraryDefaults, newMediaAgent } from './new-media-agent.ts';

export interface AddHypervisorDeps {
  readonly catalog: Pick<Catalog, 'hypervisors'>;
  readonly credentials: CredentialCheck;
  readonly secrets: Secrets;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly settings: LibraryDefaults & {
    /** Part of the names of queues and secrets. */
    readonly stage: string;
  };
}

const accountTaken = (accountId: string): Conflict =>
  new Conflict(`The account ${accountId} has a tenant hypervisor already.`, {
    field: 'accountId',
    remedy: 'Use the one that there is: holdfast hypervisor list',
  });

/**
 * The credentials must work, and be those of the account that was named; that a role asks for its ExternalId is part of
 * `identify`. Errors: CredentialsRejected.
 */
const checkIdentity = async (credentials: CredentialCheck, { auth, accountId, region }: AddHypervisor) => {
  const who = await credentials.identify(auth, region).catch((error: unknown) => {
    if (!(error instanceof CredentialsRejected) || error.field !== undefined) throw error;
    throw new CredentialsRejected(error.message, {
      field: 'auth',
      remedy: error.remedy ?? 'Check the credentials, and for a role its trust policy and ExternalId.',
      cause: error,
    });
  });
  if (who.accountId === accountId) return;
  throw new CredentialsRejected(`The credentials belong to the account ${who.accountId}, not to ${accountId}.`, {
    field: 'accountId',
    remedy: 'Name the account that the credentials belong to, or give credentials of the account that you named.',
  });
};

/**
 * Errors: CredentialsRejected, Conflict (one tenant hypervisor an account), TransientFailure. A secret access key goes
 * to Secrets and nowhere else; it is deleted again if the record cannot be written.
 */
export const createAddHypervisor = (deps: AddHypervisorDeps) => {
  const { catalog, credentials, secrets, queues, clock, ids, settings } = deps;

  const complete = async (
    request: AddHypervisor,
    hypervisorId: HypervisorId,
    auth: HypervisorAuth,
  ): Promise<Hypervisor> => {
    const { name, accountId, region } = request;
    const base = { hypervisorId, name, accountId, region, auth, createdAt: clock.now() };
    if (request.kind === 'tenant') return { ...base, kind: 'tenant' };
    const queueName = `holdfast-${settings.stage}-${hypervisorId}`;
    return {
      ...base,
      kind: 'service',
      accessNodes: request.accessNodes,
      mediaAgent: newMediaAgent(request, hypervisorId, `lib-${ids.uuid()}`, settings),
      queues: {
        restores: await queues.ensure(`${queueName}-restores`),
        work: await queues.ensure(`${queueName}-work`),
      },
    };
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

  const record = async (request: AddHypervisor, hypervisorId: HypervisorId, auth: HypervisorAuth) => {
    const hypervisor = await complete(request, hypervisorId, auth);
    if (!(await write(hypervisor))) throw accountTaken(request.accountId);
    return hypervisorView(hypervisor);
  };

  return async (request: AddHypervisor): Promise<HypervisorView> => {
    if (request.kind === 'tenant' && (await catalog.hypervisors.tenantOfAccount(request.accountId)))
      throw accountTaken(request.accountId);
    await checkIdentity(credentials, request);
    const hypervisorId: HypervisorId = `hv-${ids.uuid()}`;
    if (request.auth.method !== 'access-key') return record(request, hypervisorId, request.auth);

    const { accessKeyId, secretAccessKey } = request.auth;
    const secretArn = await secrets.create(`holdfast-${settings.stage}-${hypervisorId}`, secretAccessKey);
    try {
      return await record(request, hypervisorId, { method: 'access-key', accessKeyId, secretArn });
    } catch (error) {
      await secrets.delete(secretArn);
      throw error;
    }
  };
};
