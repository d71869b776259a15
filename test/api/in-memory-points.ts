import { isDeepStrictEqual } from 'node:util';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { ProtectedInstances } from '../../core/ports/protected-instances.ts';
import type { RecoveryPoints } from '../../core/ports/recovery-points.ts';
import { changed, newestFirst, pageOf, type Records } from './in-memory-records.ts';

export const createInMemoryPoints = ({ points }: Records): RecoveryPoints => {
  const get = (tenantId: string, id: string): RecoveryPoint | undefined => {
    const point = points.get(id);
    return point?.tenantId === tenantId ? point : undefined;
  };
  const existing = (tenantId: string, id: string): RecoveryPoint => {
    const point = get(tenantId, id);
    if (!point) throw new Error(`there is no recovery point ${id} of ${tenantId}`);
    return point;
  };

  return {
    async add(point) {
      if (!points.has(point.recoveryPointId)) points.set(point.recoveryPointId, point);
    },
    get: async (tenantId, id) => get(tenantId, id),
    list: async (tenantId, instanceId, page) =>
      pageOf(
        newestFirst(points.values(), tenantId, ({ takenAt, recoveryPointId }) => ({
          time: takenAt,
          id: recoveryPointId,
        })).filter((point) => instanceId === undefined || point.instanceId === instanceId),
        page,
      ),
    outlines: async (tenantId, instanceId, page) =>
      pageOf(
        newestFirst(points.values(), tenantId, ({ takenAt, recoveryPointId }) => ({
          time: takenAt,
          id: recoveryPointId,
        }))
          .filter((point) => point.instanceId === instanceId)
          .map(({ volumes: _, ...outline }) => outline),
        page,
      ),
    async fill(tenantId, id, attempt, filling, final) {
      const point = get(tenantId, id);
      if (point?.state !== 'pending' || point.attempt !== attempt) return false;
      if (!final && point.filledBy === attempt) return false;
      points.set(id, { ...point, ...filling, ...(final ? { filledBy: attempt } : {}) });
      return true;
    },
    async update(tenantId, id, change) {
      points.set(id, changed(existing(tenantId, id), change));
    },
    async setLegalHold(tenantId, id, legalHold, seen) {
      const point = get(tenantId, id);
      if (!point || !isDeepStrictEqual(point.legalHold, seen)) return false;
      points.set(id, changed(point, { legalHold }));
      return true;
    },
    async lockUntil(tenantId, id, until) {
      const point = get(tenantId, id);
      if (point && (point.lockedUntil ?? 0) < until) points.set(id, { ...point, lockedUntil: until });
    },
    async expire(tenantId, id, now) {
      const point = get(tenantId, id);
      if (point?.state !== 'available' || point.legalHold || (point.lockedUntil ?? 0) > now) return false;
      points.set(id, { ...point, state: 'expired', expiredAt: now });
      return true;
    },
  };
};

export const createInMemoryProtectedInstances = ({ protectedInstances: all }: Records): ProtectedInstances => {
  const keyOf = (tenantId: string, instanceId: string): string => `${tenantId} ${instanceId}`;
  return {
    get: async (tenantId, instanceId) => all.get(keyOf(tenantId, instanceId)),
    list: async (tenantId) => [...all.values()].filter((each) => each.tenantId === tenantId),
    async lock(tenantId, instanceId, owner, formerOwner) {
      const key = keyOf(tenantId, instanceId);
      const there = all.get(key);
      if (there?.owner === owner) return there;
      if (there?.owner !== undefined && there.owner !== formerOwner) return undefined;
      const locked = { ...there, tenantId, instanceId, owner, fence: (there?.fence ?? 0) + 1 };
      all.set(key, locked);
      return locked;
    },
    async commit(tenantId, instanceId, owner, fence, point, becomes, begunAt) {
      const key = keyOf(tenantId, instanceId);
      const there = all.get(key);
      const isPruned = begunAt !== undefined && (there?.libraryBarrier ?? 0) > begunAt;
      if (!there || there.owner !== owner || there.fence !== fence || isPruned) return there?.committed === point;
      all.set(key, { ...there, committed: point, ...(becomes === 'neither' ? {} : { [becomes]: point }) });
      return true;
    },
    async raiseBarrier(tenantId, before) {
      for (const [key, there] of all)
        if (there.tenantId === tenantId && (there.libraryBarrier ?? 0) < before)
          all.set(key, { ...there, libraryBarrier: before });
    },
    async unlock(tenantId, instanceId, owner) {
      const key = keyOf(tenantId, instanceId);
      const there = all.get(key);
      if (there?.owner === owner) all.set(key, changed(there, { owner: undefined }));
    },
  };
};
