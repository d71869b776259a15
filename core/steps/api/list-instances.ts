import type { InstanceList, InstanceView, Protection } from '../../contracts/instances.ts';
import { InvalidRequest, TenantAccessLost } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { type Audience, problemOf } from '../../domain/problems.ts';
import { protectionOf } from '../../domain/protection.ts';
import { defined, time } from '../../domain/view-fields.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import type { PageRequest } from '../../ports/page.ts';
import type { ListedInstance } from '../../ports/tenant-instances.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { type Candidate, instancesOfTenant, listAccount } from '../protection/instances-of-tenant.ts';
import { knownInstance, type TenantNow } from '../protection/known-instance.ts';
import { type PlansNowDeps, plansNow } from '../protection/plans-now.ts';
import { filledPage } from './filled-page.ts';

interface Deps extends Pick<PlansNowDeps, 'sha256'> {
  readonly catalog: PlansNowDeps['catalog'] & Pick<Catalog, 'vmGroups' | 'points' | 'instances'>;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
}

interface Filter {
  readonly protection?: Protection | undefined;
  readonly text?: string | undefined;
}

/** Goes on the session, into the tenant's trail. */
const SOURCE_IDENTITY = 'holdfast-instances';
const INSTANCES_AT_ONCE = 16;

const placeIn = (next: string): string => {
  try {
    const place = decodeURIComponent(next);
    if (/^[01].*\/i-[0-9a-f]+$/s.test(place) && encodeURIComponent(place) === next) return place;
  } catch {
    // not even encoded
  }
  throw new InvalidRequest('next is not a cursor of this list', { field: 'next' });
};

const has = (text: string, ...within: readonly (string | undefined)[]): boolean =>
  within.some((each) => each?.toLowerCase().includes(text.toLowerCase()));

/** What can be told without reading recovery points: most of a long list is passed over so. */
const mayPass = (
  { instanceId, listed, plans }: Candidate,
  { protection, text }: Filter,
  { isReached }: TenantNow,
): boolean => {
  if (listed && text !== undefined && !has(text, instanceId, listed.name)) return false;
  if (protection === undefined || !isReached) return true;
  if (!listed) return protection === 'gone';
  if (plans.every(({ runs }) => !runs)) return protection === 'unprotected';
  return protection !== 'gone' && protection !== 'unprotected';
};

const passes = ({ instanceId, name, ...view }: InstanceView, { protection, text }: Filter): boolean =>
  (protection === undefined || view.protection === protection) && (text === undefined || has(text, instanceId, name));

/** Undefined: it is neither in the account nor has it anything to restore, nor does a plan ask for it. */
const viewOf = async (
  catalog: Pick<Catalog, 'points'>,
  candidate: Candidate,
  tenant: TenantNow,
  at: number,
): Promise<InstanceView | undefined> => {
  const known = await knownInstance(catalog, candidate, tenant);
  if (!known) return undefined;
  const { instanceId, listed, groups } = candidate;
  const { available, newest, orMore, plans } = known;
  return {
    instanceId,
    ...protectionOf(known, at),
    groups: groups.map(({ groupId, name, planId }) => ({ groupId, name, ...defined({ planId }) })),
    plans: plans.map(({ plan: { planId, name }, nextRunAt }) => ({
      ...{ planId, name },
      ...defined({ nextRunAt: nextRunAt === undefined ? undefined : time(nextRunAt) }),
    })),
    recoveryPoints: available.length,
    ...(orMore ? { orMore } : {}),
    ...defined({
      name: listed?.name ?? newest?.instance.name,
      state: listed?.state,
      newest: newest && {
        ...{ recoveryPointId: newest.recoveryPointId, kind: newest.kind, takenAt: time(newest.takenAt) },
      },
    }),
  };
};

/** A way in that is closed is an answer here: recovery points are there all the same. */
const lookAt = async (
  scopes: TenantScopes,
  tenant: TenantHypervisor,
): Promise<{ readonly instances?: readonly ListedInstance[]; readonly lost?: TenantAccessLost }> => {
  try {
    return { instances: await listAccount(scopes, tenant, SOURCE_IDENTITY) };
  } catch (error) {
    if (error instanceof TenantAccessLost) return { lost: error };
    throw error;
  }
};

const whyNotReached = (lost: TenantAccessLost, audience: Audience) => {
  const { code, detail, remedy } = problemOf(lost, audience);
  return { name: code, message: detail, ...defined({ remedy }) };
};

/**
 * A tenant's instances, each with its newest recovery point and whether that is as new as its plans ask. Where the account
 * lets nobody in, it says so, and lists those that have recovery points. Errors: InvalidRequest (cursor), TransientFailure.
 */
export const createListInstances =
  (deps: Deps) =>
  async (
    tenant: TenantHypervisor,
    audience: Audience,
    filter: Filter,
    { limit, next }: PageRequest,
  ): Promise<InstanceList> => {
    const { catalog, clock, scopes } = deps;
    const { hypervisorId: tenantId } = tenant;
    const after = next === undefined ? '' : placeIn(next);
    const at = clock.now();
    const { instances, lost } = await lookAt(scopes, tenant);
    const plans = await plansNow(deps, tenantId, at);
    const candidates = await instancesOfTenant(catalog, tenantId, instances, plans);
    const now = { tenantId, isReached: lost === undefined, plans };
    const rest = candidates.filter((each) => each.place > after && mayPass(each, filter, now));
    const page = await filledPage(
      async ({ limit: most, next: from = '0' }) => {
        const [begin, end] = [Number(from), Number(from) + most];
        const items = await inParallel(rest.slice(begin, end), INSTANCES_AT_ONCE, (each) =>
          viewOf(catalog, each, now, at),
        );
        return { items, ...(end < rest.length ? { next: String(end) } : {}) };
      },
      { limit },
      (view) => view !== undefined && passes(view, filter),
    );
    const last = page.next === undefined ? undefined : rest[Number(page.next) - 1];
    return {
      items: page.items.flatMap((view) => view ?? []),
      ...(last ? { next: encodeURIComponent(last.place) } : {}),
      ...(lost ? { accountNotReached: whyNotReached(lost, audience) } : {}),
    };
  };
