import type { RestoreRef } from '../../contracts/restore-steps.ts';
import type { Readiness } from '../../contracts/steps.ts';
import { LaunchFailed } from '../../domain/errors.ts';
import { EFFECT, openRestoreWork, type RestoreDeps } from './restore-work.ts';

/** One look at the launched instance; the state machine waits in between. Errors: LaunchFailed. */
export const createAwaitInstance =
  (deps: RestoreDeps) =>
  async (input: RestoreRef): Promise<Readiness> => {
    const { scope, resource } = await openRestoreWork(deps, input);
    const launchedId = await resource(EFFECT.launch);
    const instance = await scope.instances.describe(launchedId);
    // Not seen is not "not launched": the machine asks again, and gives up after a while.
    if (instance && ['shutting-down', 'terminated', 'stopping', 'stopped'].includes(instance.state)) {
      throw new LaunchFailed(`${launchedId} was launched and is ${instance.state}`);
    }
    return { ready: instance?.state === 'running' };
  };
