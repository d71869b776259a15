import type { InstanceList, InstanceView, Protection } from '../../contracts/instances.ts';
import { InvalidRequest } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import { type Audience, problemOf } from '../../domain/problems.ts';
import { defined, time } from '../../domain/view-fields.ts';
import type { Catalog, PageRequest } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import { allItems } from '../../ports/every-item.ts';
import { inParallel } from '../../ports/in-parallel.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { isGood } from '../health/newest-point.ts';
import { filledPage } from './filled-page.ts';
import { type PlanNow, planNow, protectionOf } from './instance-protection.ts';
import { type Candidate, type InstancesOfTenant, instancesOfTenant } from './instances-of-tenant.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'vmGroups' | 'plans' | 'points' | 'instances'>;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
}

interface Filter {
  readonly protection?: Protection | undefined;
  readonly text?: string | undefined;
}

/** What is the same for all instances of one answer. */
interface Now {
  readonly tenantId: string;
  readonly at: number;
  readonly isReached: boolean;
  readonly plans: ReadonlyMap<string, PlanNow>;
}

/** Of one instance's recovery points, those that are counted: the newest ones' records. */
const MOST_COUNTED = 1_000;
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

const plansOf = ({ groups }: Candidate, { plans }: Now): readonly PlanNow[] =>
  [...new Set(groups.flatMap(({ planId }) => planId ?? []))].flatMap((planId) => plans.get(planId) ?? []);

/** What can be told without reading recovery points: most of a long list is passed over so. */
const mayPass = (candidate: Candidate, { protection, text }: Filter, now: Now): boolean => {
  const { instanceId, listed } = candidate;
  if (listed && text !== undefined && !has(text, instanceId, listed.name)) return false;
  if (protection === undefined || !now.isReached) return true;
  if (!listed) return protection === 'gone';
  if (plansOf(candidate, now).every(({ runs }) => !runs)) return protection === 'unprotected';
  return protection !== 'gone' && protection !== 'unprotected';
};

const passes = ({ instanceId, name, ...view }: InstanceView, { protection, text }: Filter): boolean =>
  (protection === undefined || view.protection === protection) && (text === undefined || has(text, instanceId, name));

/** Undefined: it is neither in the account nor has it anything to restore. */
const viewOf = async (
  { points }: Pick<Catalog, 'points'>,
  candidate: Candidate,
  now: Now,
): Promise<InstanceView | undefined> => {
  const { instanceId, listed, groups } = candidate;
  const { items, next } = await points.outlines(now.tenantId, instanceId, { limit: MOST_COUNTED });
  const available = items.filter(({ state }) => state === 'available');
  if (!listed && available.length === 0) return undefined;
  const newest = available.find(isGood);
  const made = newest?.planId === undefined ? undefined : now.plans.get(newest.planId);
  const plans = now.isReached || !made ? plansOf(candidate, now) : [made];
  const exists = now.isReached ? listed !== undefined : undefined;
  return {
    instanceId,
    ...protectionOf({ exists, isMatched: groups.length > 0, plans, newestAt: newest?.takenAt }, now.at),
    groups: groups.map(({ groupId, name, planId }) => ({ groupId, name, ...defined({ planId }) })),
    plans: plans.map(({ plan: { planId, name }, nextRunAt }) => ({
      ...{ planId, name },
      ...defined({ nextRunAt: nextRunAt === undefined ? undefined : time(nextRunAt) }),
    })),
    recoveryPoints: available.length,
    ...(next === undefined ? {} : { orMore: true }),
    ...defined({
      name: listed?.name ?? newest?.instance.name,
      state: listed?.state,
      newest: newest && {
        ...{ recoveryPointId: newest.recoveryPointId, kind: newest.kind, takenAt: time(newest.takenAt) },
      },
    }),
  };
};

const whyNotReached = (lost: NonNullable<InstancesOfTenant['lost']>, audience: Audience) => {
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
    const { catalog, clock } = deps;
    const { hypervisorId: tenantId } = tenant;
    const after = next === undefined ? '' : placeIn(next);
    const at = clock.now();
    const { candidates, lost } = await instancesOfTenant(deps, tenant);
    const ownPlans = await allItems((page) => catalog.plans.list(tenantId, page));
    const plans = new Map(ownPlans.map((plan) => [plan.planId, planNow(plan, at)]));
    const now = { tenantId, at, isReached: lost === undefined, plans };
    const rest = candidates.filter((each) => each.place > after && mayPass(each, filter, now));
    const page = await filledPage(
      async ({ limit: most, next: from = '0' }) => {
        const [begin, end] = [Number(from), Number(from) + most];
        const items = await inParallel(rest.slice(begin, end), INSTANCES_AT_ONCE, (each) => viewOf(catalog, each, now));
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
