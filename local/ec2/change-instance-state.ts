import { AwsError } from '../kernel/errors.ts';
import { on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownInstance, volumesOf } from './find.ts';
import { startInstance, stateXml, stopInstance, terminateInstance } from './instance-states.ts';
import type { Instance, InstanceStateName } from './records.ts';
import { bool, texts } from './schema.ts';

const incorrect = ({ id }: Instance, what: string): AwsError =>
  new AwsError('IncorrectInstanceState', `The instance '${id}' is not in a state from which it can be ${what}.`);

const results = (ec2: Ec2, before: readonly Instance[]) => ({
  instancesSet: {
    item: before.map(({ id, state }) => ({
      instanceId: id,
      previousState: stateXml(state),
      currentState: stateXml(ec2.instances.get(id)?.state ?? state),
    })),
  },
});

export const startInstances = (ec2: Ec2) =>
  ec2Operation({
    name: 'StartInstances',
    input: { InstanceId: texts },
    access: ({ InstanceId }, call) => InstanceId.map((id) => on('StartInstances', call, ownInstance(ec2, call, id))),
    run({ InstanceId }, call) {
      const instances = InstanceId.map((id) => ownInstance(ec2, call, id));
      for (const instance of instances) {
        if (instance.state === 'running' || instance.state === 'pending') continue;
        if (instance.state !== 'stopped') throw incorrect(instance, 'started');
        const root = volumesOf(ec2, instance).find(({ attachment }) => attachment?.device === instance.rootDeviceName);
        if (!root || root.attachment?.state === 'detaching') {
          const what = `Invalid value '${instance.id}' for instanceId. Instance does not have a volume attached at root (${instance.rootDeviceName})`;
          throw new AwsError('InvalidParameterValue', what);
        }
      }
      for (const { id, state } of instances) if (state === 'stopped') startInstance(ec2, id);
      return results(ec2, instances);
    },
  });

export const stopInstances = (ec2: Ec2) =>
  ec2Operation({
    name: 'StopInstances',
    input: { InstanceId: texts, Force: bool.optional(), SkipOsShutdown: bool.optional() },
    access: ({ InstanceId }, call) => InstanceId.map((id) => on('StopInstances', call, ownInstance(ec2, call, id))),
    run({ InstanceId }, call) {
      const instances = InstanceId.map((id) => ownInstance(ec2, call, id));
      const STOPPABLE: readonly InstanceStateName[] = ['running', 'pending', 'stopping', 'stopped'];
      for (const instance of instances) {
        if (!STOPPABLE.includes(instance.state)) throw incorrect(instance, 'stopped');
        if (instance.disableApiStop) {
          const what = `The instance '${instance.id}' may not be stopped. Modify its 'disableApiStop' attribute and try again.`;
          throw new AwsError('OperationNotPermitted', what);
        }
      }
      for (const { id, state } of instances) if (state === 'running' || state === 'pending') stopInstance(ec2, id);
      return results(ec2, instances);
    },
  });

export const terminateInstances = (ec2: Ec2) =>
  ec2Operation({
    name: 'TerminateInstances',
    input: { InstanceId: texts, Force: bool.optional(), SkipOsShutdown: bool.optional() },
    access: ({ InstanceId }, call) =>
      InstanceId.map((id) => on('TerminateInstances', call, ownInstance(ec2, call, id))),
    run({ InstanceId }, call) {
      const instances = InstanceId.map((id) => ownInstance(ec2, call, id));
      for (const { id, disableApiTermination } of instances) {
        if (!disableApiTermination) continue;
        const what = `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`;
        throw new AwsError('OperationNotPermitted', what);
      }
      for (const { id, state } of instances) {
        if (state !== 'terminated' && state !== 'shutting-down') terminateInstance(ec2, id);
      }
      return results(ec2, instances);
    },
  });
