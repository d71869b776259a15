import type { Invariant } from './invariant.ts';

/** No point is pending for ever. */
export const pointsAreSettled: Invariant = {
  name: 'points are settled',
  check: async (_, ledgers) =>
    ledgers.flatMap(({ points }) =>
      points
        .filter(({ state }) => state === 'pending')
        .map(({ recoveryPointId, kind, jobId }) => `${kind} ${recoveryPointId} of ${jobId} is pending`),
    ),
};
