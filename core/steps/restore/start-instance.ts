import type { RestoreRef } from '../../contracts/restore-steps.ts';
import type { Readiness } from '../../contracts/steps.ts';
import { InstanceNotFound } from '../../domain/errors.ts';
import { changedInstance } from './changed-instance.ts';
import { openRestoreWork, type RestoreDeps } from './restore-work.ts';

/**
 * One look at the instance that has its volumes: started if it ran before (a donor's always is); one that stood still
 * stays so. The state machine waits in between, and gives up after a while. Errors: InstanceNotFound, LaunchFailed.
 */
export const createStartInstance =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<Readiness> => {
    const work = await openRestoreWork(deps, input, 'launching');
    const before = work.effects.find(({ kind }) => kind === 'replaced-volumes')?.before;
    if (before && before.instanceState !== 'running') return { ready: true };
    const { instanceId, instance } = await changedInstance(work);
    if (!instance || instance.state === 'shutting-down') {
      throw new InstanceNotFound(`${instanceId} was terminated while it was being restored`);
    }
    // An instance whose volumes cannot be opened goes back to `stopped`: it is asked again until the machine gives up.
    if (instance.state === 'stopped') await work.scope.instances.start(instanceId);
    return { ready: instance.state === 'running' };
  };
