import { TransientFailure } from '../../core/domain/errors.ts';
import type { PointOutline, RecoveryPoint } from '../../core/domain/recovery-point.ts';
import { inParallel } from '../../core/ports/in-parallel.ts';
import type { RecoveryPoints } from '../../core/ports/recovery-points.ts';
import type { Condition } from './dynamo-expressions.ts';
import { type Item, type Key, recordOf } from './dynamo-item.ts';
import { isVolume, isVolumeOf, volumeItems, volumeOf, volumesVersion } from './dynamo-point-volumes.ts';
import type { Table } from './dynamo-table.ts';
import { readTimeline, timelineRow } from './dynamo-timeline.ts';
import { unchangeable } from './dynamo-unchangeable.ts';

const partition = (tenantId: string, pointId: string): string => `TENANT#${tenantId}#POINT#${pointId}`;
const keyOf = (tenantId: string, pointId: string): Key => ({ pk: partition(tenantId, pointId), sk: 'POINT' });
const timeline = (tenantId: string, instanceId?: string): string =>
  `TENANT#${tenantId}#POINTS-BY-TIME${instanceId === undefined ? '' : `#${instanceId}`}`;

const timelineRows = ({ tenantId, instanceId, recoveryPointId }: RecoveryPoint, takenAt: number): Item[] => [
  timelineRow(timeline(tenantId), takenAt, recoveryPointId),
  timelineRow(timeline(tenantId, instanceId), takenAt, recoveryPointId),
];

const expirable = (now: number): Condition => ({
  text: '#state = :available AND attribute_not_exists(#legalHold) AND (attribute_not_exists(#lockedUntil) OR #lockedUntil <= :now)',
  values: { ':available': 'available', ':now': now },
});
const lockedLess = (until: number): Condition => ({
  text: 'attribute_not_exists(#lockedUntil) OR #lockedUntil < :lockedUntil',
  values: { ':lockedUntil': until },
});
const stillHeld = (seen: RecoveryPoint['legalHold']): Condition =>
  seen
    ? {
        text: '#legalHold.#since = :since AND #legalHold.#by = :by AND #legalHold.#heldBy = :heldBy AND #legalHold.#reason = :reason',
        values: { ':since': seen.since, ':by': seen.by, ':heldBy': seen.heldBy, ':reason': seen.reason },
      }
    : { text: 'attribute_exists(#state) AND attribute_not_exists(#legalHold)' };
const fillable = (attempt: number, final?: 'final'): Condition => ({
  text: `#state = :pending AND #attempt = :attempt${final ? '' : ' AND (attribute_not_exists(#filledBy) OR #filledBy <> :attempt)'}`,
  values: { ':pending': 'pending', ':attempt': attempt },
});
const absent = (tenantId: string, pointId: string): Error =>
  new Error(`there is no recovery point ${pointId} of ${tenantId}`);

const outlineOf = (item: Item): PointOutline => {
  const {
    version: _,
    volumeCount: __,
    ...point
  } = recordOf<PointOutline & { version: string; volumeCount: number }>(item);
  return point;
};

/** Reading the point and its volumes may take several pages, between which another set of volumes may be written. */
const READS = 4;
const POINTS_AT_ONCE = 8;

export const createDynamoRecoveryPoints = (table: Table): RecoveryPoints => {
  const get = async (tenantId: string, pointId: string): Promise<RecoveryPoint | undefined> => {
    for (let read = 0; read < READS; read++) {
      const items = await table.all(partition(tenantId, pointId));
      const head = items.find(({ sk }) => sk === 'POINT');
      if (!head) return undefined;
      const { version, volumeCount, ...point } = recordOf<RecoveryPoint & { version: string; volumeCount: number }>(
        head,
      );
      const volumes = items.filter((item) => isVolumeOf(version, item)).map(volumeOf);
      if (volumes.length === volumeCount) return { ...point, volumes };
    }
    throw new TransientFailure(`the volumes of ${pointId} changed while they were read`);
  };

  return {
    get,
    async add(point) {
      const { volumes, ...fields } = point;
      const { pk, sk } = keyOf(point.tenantId, point.recoveryPointId);
      if (await table.get({ pk, sk })) return;
      await table.putMany([...volumeItems(pk, volumes), ...timelineRows(point, point.takenAt)]);
      await table.create({ pk, sk }, { ...fields, version: volumesVersion(volumes), volumeCount: volumes.length });
    },
    list: (tenantId, instanceId, page) =>
      readTimeline(
        table,
        timeline(tenantId, instanceId),
        page,
        async (ids) =>
          (await inParallel(ids, POINTS_AT_ONCE, (id) => get(tenantId, id))).filter((point) => point !== undefined),
        ({ recoveryPointId, takenAt }) => ({ id: recoveryPointId, time: takenAt }),
      ),
    outlines: (tenantId, instanceId, page) =>
      readTimeline(
        table,
        timeline(tenantId, instanceId),
        page,
        async (ids) => (await table.getMany(ids.map((id) => keyOf(tenantId, id)))).map(outlineOf),
        ({ recoveryPointId, takenAt }) => ({ id: recoveryPointId, time: takenAt }),
      ),
    async update(tenantId, pointId, change) {
      unchangeable(change, ['tenantId', 'recoveryPointId', 'instanceId', 'takenAt', 'volumes', 'filledBy']);
      if (!(await table.update(keyOf(tenantId, pointId), { set: change }))) throw absent(tenantId, pointId);
    },
    async fill(tenantId, pointId, attempt, { volumes, ...change }, final) {
      const key = keyOf(tenantId, pointId);
      await table.putMany(volumeItems(key.pk, volumes));
      const version = volumesVersion(volumes);
      const filledBy = final ? { filledBy: attempt } : {};
      const set = { ...change, ...filledBy, version, volumeCount: volumes.length };
      // A refused set stays beside the point's own, unnamed, as a crashed writer's does.
      if (!(await table.update(key, { set }, fillable(attempt, final)))) return false;
      // Only the last one drops what was before it: a slower one would drop a set that is just being written.
      if (final) await dropOthers(table, key.pk, version);
      return true;
    },
    async setLegalHold(tenantId, pointId, legalHold, seen) {
      return (await table.update(keyOf(tenantId, pointId), { set: { legalHold } }, stillHeld(seen))) !== undefined;
    },
    async lockUntil(tenantId, pointId, until) {
      await table.update(keyOf(tenantId, pointId), { set: { lockedUntil: until } }, lockedLess(until));
    },
    async expire(tenantId, pointId, now) {
      const set = { state: 'expired', expiredAt: now };
      return (await table.update(keyOf(tenantId, pointId), { set }, expirable(now))) !== undefined;
    },
  };
};

/** Removes the sets of volumes that the point does not name any more. */
const dropOthers = async (table: Table, pk: string, version: string): Promise<void> => {
  const others = (await table.all(pk, 'VOLUME#')).filter((item) => isVolume(item) && !isVolumeOf(version, item));
  await inParallel(others, POINTS_AT_ONCE, (item) => table.delete(item));
};
