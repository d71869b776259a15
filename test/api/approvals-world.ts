/** A tenant under two-person approval, an operator, a second one, and approvers; and each request that has to wait. */
import assert from 'node:assert/strict';
import type { ServiceHypervisor } from '../../core/domain/hypervisor.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { createApproverApi } from '../../functions/api/approver-api.ts';
import { type Answer, event } from './call-as.ts';
import { createWorld, type World } from './world.ts';
import { ACME, acme, PROVIDER, plan, point, service } from './world-records.ts';

export const EVE = `arn:aws:sts::${PROVIDER}:assumed-role/holdfast-test-operator/eve`;
export const EVE_APPROVES = `arn:aws:sts::${PROVIDER}:assumed-role/holdfast-test-approver/eve`;
export const SAM_APPROVES = `arn:aws:sts::${PROVIDER}:assumed-role/holdfast-test-approver/sam`;
export const TENANTS_USER = `arn:aws:iam::${ACME}:user/someone`;

type More = Parameters<typeof event>[3];
export type Call = (method: string, path: string, more?: More) => Promise<Answer>;

export const as =
  (world: World, arn: string): Call =>
  async (method, path, more = {}) => {
    const accountId = arn.split(':')[4] ?? '';
    const asked = event(accountId, method, path, more);
    const signed = {
      ...asked,
      requestContext: { ...asked.requestContext, identity: { accountId, userArn: arn } },
    };
    const api = path.startsWith('/approver')
      ? createApproverApi(world.deps)
      : path.startsWith('/operator')
        ? world.operatorApi
        : world.tenantApi;
    const { statusCode, headers, body } = await api(signed);
    return { status: statusCode, type: headers['content-type'], text: body, body: JSON.parse(body) };
  };

const DAY = 86_400_000;
export const own = plan(1, acme, { retention: { days: 30, count: 2 } });

/** Oldest first; of them the first is held, and the newest two are what retention keeps by count. */
export const points: readonly RecoveryPoint[] = [1, 2, 3, 4, 5].map((n) => {
  const base = point(n, acme, { kind: 'snapshot', planId: own.planId, takenAt: Date.UTC(2025, 0, 1) + n * 40 * DAY });
  const held = { since: 1, by: EVE, heldBy: 'operator', reason: 'case 17' } as const;
  return {
    ...base,
    volumes: base.volumes.map((volume) => ({ ...volume, snapshotId: `snap-0000000${n}` })),
    ...(n === 1 ? { legalHold: held } : {}),
  };
});
export const idOf = (n: number): string => points[n - 1]?.recoveryPointId ?? '';

export const protectedWorld = (): World => {
  const world = createWorld();
  world.records.hypervisors.set(acme.hypervisorId, { ...acme, approvals: 'two-person' });
  world.records.plans.set(own.planId, own);
  for (const each of points) world.records.points.set(each.recoveryPointId, each);
  return world;
};

const onAcme = `/operator/tenants/${acme.hypervisorId}`;
const onHypervisor = `/operator/hypervisors/${acme.hypervisorId}`;
const planFields = (() => {
  const { planId: _, hypervisorId: __, createdAt: ___, updatedAt: ____, ...fields } = own;
  return fields;
})();

export interface Guarded {
  readonly operation: string;
  /** Prepares a world in which the request could be done. */
  readonly prepare?: (world: World) => void;
  readonly ask: (call: Call) => Promise<Answer>;
  /** Whether the world is as if it had been done. */
  readonly isDone: (world: World) => boolean;
  /** Whether nothing of it is left to be done. */
  readonly isWhole?: (world: World) => boolean;
  /** Changes what it is about, as somebody else might meanwhile. */
  readonly change: (world: World) => void;
}

const tenantOf = (world: World) => {
  const tenant = world.records.hypervisors.get(acme.hypervisorId);
  return tenant?.kind === 'tenant' ? tenant : undefined;
};
const set = (world: World, change: Record<string, unknown>): void => {
  world.records.hypervisors.set(acme.hypervisorId, { ...tenantOf(world), ...change } as never);
};
const stateOf = (world: World, n: number) => world.records.points.get(idOf(n))?.state;
const hold = (world: World, n: number, reason: string): void => {
  const before = world.records.points.get(idOf(n));
  assert.ok(before);
  const legalHold = { since: 2, by: EVE, heldBy: 'operator' as const, reason };
  world.records.points.set(idOf(n), { ...before, legalHold });
};

const other = {
  ...service,
  hypervisorId: `${service.hypervisorId.slice(0, -1)}1`,
  name: 'other',
  mediaAgent: { ...service.mediaAgent, library: { ...service.mediaAgent.library, prefix: 'other' } },
};
const withOther = (world: World): void => {
  world.records.hypervisors.set(other.hypervisorId, other as ServiceHypervisor);
};

export const GUARDED: readonly Guarded[] = [
  {
    operation: 'delete-recovery-point',
    ask: (call) => call('DELETE', `${onAcme}/recovery-points/${idOf(2)}`),
    isDone: (world) => stateOf(world, 2) === 'expired',
    isWhole: (world) => world.records.points.get(idOf(2))?.dataRemovedAt !== undefined,
    change: (world) => hold(world, 2, 'case 18'),
  },
  {
    operation: 'run-retention',
    ask: async (call) => {
      const { token } = (await call('GET', `${onAcme}/retention`)).body;
      return call('POST', `${onAcme}/retention`, { body: { token } });
    },
    isDone: (world) => stateOf(world, 2) === 'expired' && stateOf(world, 3) === 'expired',
    change: (world) => hold(world, 3, 'case 18'),
  },
  {
    operation: 'shorten-retention',
    ask: (call) =>
      call('PUT', `${onAcme}/plans/${own.planId}`, { body: { ...planFields, retention: { days: 29, count: 2 } } }),
    isDone: (world) => world.records.plans.get(own.planId)?.retention?.days === 29,
    isWhole: (world) => world.schedules.size === 1,
    change: (world) => {
      world.records.plans.set(own.planId, { ...own, retention: { days: 60, count: 2 } });
    },
  },
  {
    operation: 'remove-plan',
    ask: (call) => call('DELETE', `${onAcme}/plans/${own.planId}`),
    isDone: (world) => !world.records.plans.has(own.planId),
    change: (world) => {
      world.records.plans.set(own.planId, { ...own, retention: { days: 60 } });
    },
  },
  {
    operation: 'release-legal-hold',
    ask: (call) => call('DELETE', `${onAcme}/recovery-points/${idOf(1)}/legal-hold`),
    isDone: (world) => world.records.points.get(idOf(1))?.legalHold === undefined,
    change: (world) => hold(world, 1, 'another case'),
  },
  {
    operation: 'unbind',
    ask: (call) => call('DELETE', `${onHypervisor}/binding`, { query: { leavePoints: 'true' } }),
    isDone: (world) => tenantOf(world)?.binding === undefined,
    change: (world) => set(world, { binding: { ...acme.binding, boundAt: 7 } }),
  },
  {
    operation: 'rebind',
    prepare: withOther,
    ask: (call) => call('PUT', `${onHypervisor}/binding`, { body: { serviceHypervisorId: other.hypervisorId } }),
    isDone: (world) => tenantOf(world)?.binding?.serviceId === other.hypervisorId,
    change: (world) => set(world, { binding: { ...acme.binding, boundAt: 7 } }),
  },
  {
    operation: 'change-library',
    prepare: (world) => {
      withOther(world);
      const old = point(9, acme, { state: 'expired', serviceId: other.hypervisorId });
      world.records.points.set(old.recoveryPointId, old);
    },
    ask: (call) => call('POST', `${onAcme}/library-runs`, { body: { task: 'prune', serviceId: other.hypervisorId } }),
    isDone: (world) => world.records.libraryRuns.size > 0,
    isWhole: (world) => world.records.libraryRuns.size === 1,
    change: (world) => set(world, { binding: { ...acme.binding, boundAt: 7 } }),
  },
  {
    operation: 'remove-hypervisor',
    prepare: (world) => {
      world.records.plans.clear();
      world.records.points.clear();
    },
    ask: (call) => call('DELETE', onHypervisor),
    isDone: (world) => tenantOf(world) === undefined,
    change: (world) => world.records.plans.set(own.planId, own),
  },
  {
    operation: 'switch-off-approvals',
    ask: (call) => call('PUT', `${onHypervisor}/protection`, { body: { approvals: 'off' } }),
    isDone: (world) => tenantOf(world)?.approvals === undefined,
    change: (world) => set(world, { approvals: undefined }),
  },
];

/** Ends the function at its first write, before (1) it is done and after (2), at its second, before (3) … */
export const interruptAt = (world: World, at: number) => {
  const number = Math.ceil(at / 2);
  let writes = 0;
  let dead = false;
  const cut =
    <Args extends unknown[], T>(write: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      if (dead) throw new Error('it is dead');
      writes += 1;
      if (writes !== number) return write(...args);
      dead = true;
      if (at % 2 === 0) await write(...args);
      throw new Error('the function ends here');
    };
  const { catalog } = world.deps;
  const targets: [object, string[]][] = [
    [catalog.approvals, ['update']],
    [catalog.points, ['expire', 'update', 'setLegalHold']],
    [catalog.plans, ['replace', 'remove']],
    [catalog.libraryRuns, ['add', 'update']],
    [catalog.hypervisors, ['bind', 'setRemoving', 'setApprovals', 'remove']],
    [world.deps.schedules, ['put', 'remove']],
  ];
  const restore: (() => void)[] = [];
  for (const [target, names] of targets) {
    for (const name of names) {
      const write = Reflect.get(target, name);
      Reflect.set(target, name, cut(write.bind(target)));
      restore.push(() => Reflect.set(target, name, write));
    }
  }
  const { advance } = world;
  world.advance = (ms) => {
    for (const each of restore) each();
    advance(ms);
  };
  return { writes: () => writes };
};
