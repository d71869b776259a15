import { serviceAccountNames } from '../../domain/automatic-nodes.ts';
import type { ServiceIntent } from '../../domain/service-intent.ts';
import type { ReaperDeps } from './reaper-deps.ts';

/** Longer than any function runs: whoever took an intent so long ago has ended, and so has its last call. */
const HELD_MS = 15 * 60_000;

/**
 * Removes what was made for a hypervisor whose record was never written. If it is there after all (only the note of it was
 * lost), nothing is removed. Whatever is not there is fine. One at a time: before each removal it is looked whether the
 * intent is held still, and its holder's end lets nobody else in for 15 minutes. Errors: CredentialsRejected, TransientFailure.
 */
export const undoServiceIntent = async (
  deps: ReaperDeps,
  intent: ServiceIntent,
): Promise<'undone' | 'added' | 'left to others'> => {
  const { catalog, clock } = deps;
  const { hypervisorId, state, heldUntil = 0 } = intent;
  if (await catalog.hypervisors.get(hypervisorId)) {
    await catalog.serviceIntents.settle(intent);
    return 'added';
  }
  if (state === 'undoing' && heldUntil > clock.now()) return 'left to others';
  let held = intent;
  for (const remove of removals(deps, intent)) {
    // From the first on a request under the same key is refused until everything is gone.
    const mine = await catalog.serviceIntents.undo(held, clock.now() + HELD_MS);
    if (!mine) return 'left to others';
    held = mine;
    try {
      await remove();
    } catch (error) {
      // The next sweep may go on at once.
      await catalog.serviceIntents.undo(held, 0).catch(() => undefined);
      throw error;
    }
  }
  await catalog.serviceIntents.settle(held);
  return 'undone';
};

const removals = (
  { queues, secrets, serviceAccounts, nodeRoles, brokerNames, settings }: ReaperDeps,
  intent: ServiceIntent,
): readonly (() => Promise<unknown>)[] => {
  const { hypervisorId, kind, secret, autoScaling } = intent;
  const names = serviceAccountNames(settings.stage, hypervisorId);
  const removeQueue = async (end: string): Promise<void> => {
    const url = await queues.find(`holdfast-${settings.stage}-${hypervisorId}-${end}`);
    if (url !== undefined) await queues.remove(url);
  };
  return [
    ...(kind === 'service' && autoScaling
      ? [async () => (await serviceAccounts.open(intent)).removeAutoScaling(names)]
      : []),
    ...(kind === 'service'
      ? [
          () => nodeRoles.remove(hypervisorId),
          () => brokerNames.remove(hypervisorId),
          () => removeQueue('restores'),
          () => removeQueue('work'),
        ]
      : []),
    // Last: it opens the account that the rest may be in. Also where there is none: what is settled was taken first.
    async () => (secret === undefined ? undefined : secrets.delete(secret)),
  ];
};
