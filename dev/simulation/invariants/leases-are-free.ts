import type { Invariant } from './invariant.ts';

/** No instance is held by an attempt, and its heads are points that there are. */
export const leasesAreFree: Invariant = {
  name: 'leases are free',
  check: async (_, ledgers) =>
    ledgers.flatMap(({ instances, points }) =>
      instances.flatMap(({ instanceId, owner, head, snapshotHead }) => [
        ...(owner === undefined ? [] : [`${instanceId} is held by ${owner}`]),
        ...[head, snapshotHead].flatMap((id) => {
          const point = points.find(({ recoveryPointId }) => recoveryPointId === id);
          if (id === undefined || point?.state === 'available' || point?.state === 'expired') return [];
          return [`the head of ${instanceId} is ${id}, which is ${point?.state ?? 'not there'}`];
        }),
      ]),
    ),
};
