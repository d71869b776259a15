import { type Instance, StartInstancesCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { HoldfastError, InstanceNotFound, LaunchFailed } from '../../core/domain/errors.ts';
import type { TenantInstances } from '../../core/ports/tenant-instances.ts';
import { awsMessage, awsName, transientFailure } from './classify.ts';
import { findInstances } from './ec2-find-instances.ts';
import { LAUNCH_REMEDIES } from './ec2-launch.ts';
import type { TenantReach } from './tenant-reach.ts';

/** Between two states: what is asked for now is refused and can be asked for again soon. */
const BETWEEN: ReadonlySet<string | undefined> = new Set(['pending', 'stopping']);

/** Both calls are EC2's own words for "be so": asked of an instance that is so already they change nothing. */
export const stopInstance = (reach: TenantReach): TenantInstances['stop'] =>
  changeState(reach, 'ec2:StopInstances', (InstanceIds) => reach.ec2.send(new StopInstancesCommand({ InstanceIds })));

export const startInstance = (reach: TenantReach): TenantInstances['start'] =>
  changeState(reach, 'ec2:StartInstances', (InstanceIds) => reach.ec2.send(new StartInstancesCommand({ InstanceIds })));

const changeState =
  (reach: TenantReach, action: string, send: (instanceIds: string[]) => Promise<unknown>) =>
  async (instanceId: string): Promise<void> => {
    try {
      await reach.call(action, () => send([instanceId]));
    } catch (error) {
      if (error instanceof HoldfastError) throw error;
      const [instance] = await findInstances(reach, { InstanceIds: [instanceId] });
      throw named(`${action} of ${instanceId}`, error, instance);
    }
  };

const named = (what: string, error: unknown, instance: Instance | undefined): HoldfastError => {
  if (!instance) return new InstanceNotFound(`${what}: there is no such instance`, { cause: error });
  const name = awsName(error);
  if (name === 'IncorrectInstanceState' && BETWEEN.has(instance.State?.Name)) return transientFailure(what, error);
  const remedy =
    name === 'OperationNotPermitted'
      ? 'Its stop protection is on: turn it off for the restore.'
      : LAUNCH_REMEDIES[name];
  return new LaunchFailed(`${what}: ${name} ${awsMessage(error)}`, {
    cause: error,
    ...(remedy === undefined ? {} : { remedy }),
  });
};
