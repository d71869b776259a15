import { derivedId } from '../../domain/derived-id.ts';
import type { Effect } from '../../domain/effect.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Job, JobInstance } from '../../domain/job.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import { freezeEffect, sendThaw, vssCommandId } from './guest-command.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/**
 * How long after an instance's end a command in its guest is waited for. Systems Manager itself ends one that runs for
 * longer than it was given (Windows' snapshots: a quarter of an hour); this is for an agent that never answers.
 */
const WAIT_MS = 20 * 60_000;

/**
 * For the cleanup, one look: guests whose applications an attempt made hold still, and did not let go on, are let go on,
 * and what Windows is just taking is waited for, so that all of it is there when it is removed. False: something is under
 * way, ask again. A guest that does not run holds nothing still. Errors: what the scope throws; the cleanup tries again.
 */
export const thawFrozenGuests = async (
  deps: Deps,
  job: Job,
  attempt: number,
  tenant: TenantHypervisor,
): Promise<boolean> => {
  const { catalog, scopes, clock, sha256 } = deps;
  const effects = await catalog.effects.ofAttempt(job.jobId, attempt);
  const commands = new Map(
    effects.filter(({ kind }) => kind === 'guest-command').map((effect) => [effect.effectId, effect]),
  );
  if (commands.size === 0) return true;
  let done = true;
  for (const child of await catalog.jobs.instances(job.jobId)) {
    const ref = { jobId: job.jobId, attempt, tenantId: job.tenantId, instanceId: child.instanceId };
    const frozen = commands.get(freezeEffect(sha256, ref).effectId);
    const windows = commands.get(vssCommandId(sha256, ref));
    if (!frozen && !windows) continue;
    // A session speaks to one guest, the one that it names.
    const scope = await scopes.open(tenant, job.jobId, {
      to: 'protect',
      instanceId: child.instanceId,
      closing: true,
    });
    const isOver =
      (!frozen || (await isThawed(deps, scope, job, child, frozen))) &&
      (!windows || (await hasEnded(scope, windows, child.instanceId)));
    if (!isOver && clock.now() - child.phaseSince < WAIT_MS) done = false;
  }
  return done;
};

/** A command that ended, or of which nobody knows: it was noted, or its answer was lost. */
const hasEnded = async (scope: TenantScope, { resourceIds }: Effect, instanceId: string): Promise<boolean> => {
  const [commandId] = resourceIds;
  return commandId === undefined || (await scope.guest.result(commandId, instanceId)).state !== 'running';
};

/**
 * True if there is no more to be done about it. What is told to go on while it is still being made to hold still would
 * hold still afterwards: so the one ends before the other is sent.
 */
const isThawed = async (
  { catalog, sha256 }: Deps,
  scope: TenantScope,
  job: Job,
  { instanceId }: JobInstance,
  frozen: Effect,
): Promise<boolean> => {
  if (frozen.state === 'undone') return true;
  const instance = await scope.instances.describe(instanceId);
  if (instance?.state !== 'running') {
    await catalog.effects.update(frozen, { state: 'undone' });
    return true;
  }
  // Nobody can tell it anything: that its applications may hold still is said with the snapshots.
  if (!(await scope.guest.agent(instanceId)).online) return true;
  if (!(await hasEnded(scope, frozen, instanceId))) return false;
  const thaw = await catalog.effects.intend(thawEffect(sha256, frozen));
  const [sent] = thaw.resourceIds;
  if (sent === undefined) {
    const commandId = await sendThaw(scope, job, instanceId);
    await catalog.effects.update(thaw, { state: 'kept', resourceIds: [commandId] });
    return false;
  }
  const { state } = await scope.guest.result(sent, instanceId);
  if (state === 'succeeded') await catalog.effects.update(frozen, { state: 'undone' });
  return state !== 'running';
};

/** One for each command to hold still: a late step may have sent that once more. */
const thawEffect = (sha256: Sha256, frozen: Effect): Effect => ({
  ...frozen,
  effectId: derivedId(sha256, 'op', frozen.effectId, 'thaw', frozen.resourceIds[0] ?? ''),
  state: 'intended',
  resourceIds: [],
});
