import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownInstance, volumesOf } from './find.ts';
import { mappingXml } from './instance-render.ts';
import { instanceTypeOf } from './instance-types.ts';
import type { Instance } from './records.ts';
import { bool, text } from './schema.ts';

const READERS = {
  instanceType: ({ instanceType }: Instance) => ({ instanceType: { value: instanceType } }),
  userData: ({ userData }: Instance) => ({ userData: userData === undefined ? {} : { value: userData } }),
  disableApiTermination: (i: Instance) => ({ disableApiTermination: { value: i.disableApiTermination } }),
  disableApiStop: (i: Instance) => ({ disableApiStop: { value: i.disableApiStop } }),
  instanceInitiatedShutdownBehavior: (i: Instance) => ({
    instanceInitiatedShutdownBehavior: { value: i.shutdownBehavior },
  }),
  rootDeviceName: ({ rootDeviceName }: Instance) => ({ rootDeviceName: { value: rootDeviceName } }),
  sourceDestCheck: ({ sourceDestCheck }: Instance) => ({ sourceDestCheck: { value: sourceDestCheck } }),
  groupSet: ({ securityGroupIds }: Instance) => ({
    groupSet: { item: securityGroupIds.map((groupId) => ({ groupId })) },
  }),
  ebsOptimized: ({ ebsOptimized }: Instance) => ({ ebsOptimized: { value: ebsOptimized } }),
  enaSupport: ({ enaSupport }: Instance) => ({ enaSupport: { value: enaSupport } }),
  sriovNetSupport: ({ sriovNetSupport }: Instance) => ({
    sriovNetSupport: sriovNetSupport === undefined ? {} : { value: sriovNetSupport },
  }),
  productCodes: () => ({ productCodes: { item: [] } }),
};

const attributes = ['blockDeviceMapping', ...(Object.keys(READERS) as (keyof typeof READERS)[])] as const;

export const describeInstanceAttribute = (ec2: Ec2) =>
  ec2Operation({
    name: 'DescribeInstanceAttribute',
    input: { InstanceId: text, Attribute: z.enum(attributes) },
    access: ({ InstanceId, Attribute }, call) => [
      on('DescribeInstanceAttribute', call, ownInstance(ec2, call, InstanceId), { 'ec2:Attribute': Attribute }),
    ],
    run({ InstanceId, Attribute }, call) {
      const instance = ownInstance(ec2, call, InstanceId);
      const value =
        Attribute === 'blockDeviceMapping'
          ? { blockDeviceMapping: mappingXml(volumesOf(ec2, instance)) }
          : READERS[Attribute](instance);
      return { instanceId: InstanceId, ...value };
    },
  });

const boolValue = z.strictObject({ Value: bool }).optional();
const textValue = z.strictObject({ Value: text }).optional();

const shape = {
  InstanceId: text,
  Attribute: z.enum(attributes).optional(),
  Value: text.optional(),
  BlockDeviceMapping: z
    .array(
      z.strictObject({
        DeviceName: text,
        Ebs: z.strictObject({ DeleteOnTermination: bool.optional(), VolumeId: text.optional() }).optional(),
      }),
    )
    .optional(),
  DisableApiTermination: boolValue,
  DisableApiStop: boolValue,
  SourceDestCheck: boolValue,
  EbsOptimized: boolValue,
  EnaSupport: boolValue,
  InstanceType: textValue,
  UserData: textValue,
  InstanceInitiatedShutdownBehavior: z.strictObject({ Value: z.enum(['stop', 'terminate']) }).optional(),
};

type Input = z.output<z.ZodObject<typeof shape>>;

export const modifyInstanceAttribute = (ec2: Ec2) =>
  ec2Operation({
    name: 'ModifyInstanceAttribute',
    input: shape,
    redact: ['UserData', 'Value'],
    access(input, call) {
      const named = Object.keys(input).filter((key) => key !== 'InstanceId' && key !== 'Attribute' && key !== 'Value');
      const attribute = input.Attribute ?? named[0] ?? [];
      return [
        on('ModifyInstanceAttribute', call, ownInstance(ec2, call, input.InstanceId), { 'ec2:Attribute': attribute }),
      ];
    },
    run(input, call) {
      const instance = ownInstance(ec2, call, input.InstanceId);
      const changes = changesOf(instance, input);
      if (changes.sourceDestCheck !== undefined && instance.furtherInterfaces) {
        const what = `There are multiple interfaces attached to instance '${instance.id}'.`;
        throw new AwsError('InvalidInstanceID', `${what} Please specify an interface ID for the operation instead.`);
      }
      for (const { DeviceName, Ebs } of input.BlockDeviceMapping ?? []) {
        const volume = volumesOf(ec2, instance).find(({ attachment }) => attachment?.device === DeviceName);
        if (!volume?.attachment || (Ebs?.VolumeId ?? volume.id) !== volume.id) {
          const what = `No device is currently mapped at ${DeviceName}`;
          throw new AwsError('InvalidInstanceAttributeValue', what);
        }
        if (Ebs?.DeleteOnTermination === undefined) continue;
        const attachment = { ...volume.attachment, deleteOnTermination: Ebs.DeleteOnTermination };
        ec2.volumes.change(volume.id, { attachment });
      }
      if (Object.keys(changes).length > 0) ec2.instances.change(instance.id, changes);
      return { return: true };
    },
  });

const changesOf = (instance: Instance, given: Input): Partial<Instance> => {
  const input = given.Attribute === undefined ? given : { ...given, ...byName(given.Attribute, given.Value ?? '') };
  const whenStopped = input.InstanceType ?? input.UserData ?? input.EnaSupport ?? input.EbsOptimized;
  if (whenStopped && instance.state !== 'stopped') {
    const what = `The instance '${instance.id}' is not in the 'stopped' state.`;
    throw new AwsError('IncorrectInstanceState', what);
  }
  return {
    ...(input.DisableApiTermination && { disableApiTermination: input.DisableApiTermination.Value }),
    ...(input.DisableApiStop && { disableApiStop: input.DisableApiStop.Value }),
    ...(input.SourceDestCheck && { sourceDestCheck: input.SourceDestCheck.Value }),
    ...(input.EbsOptimized && { ebsOptimized: input.EbsOptimized.Value }),
    ...(input.EnaSupport && { enaSupport: input.EnaSupport.Value }),
    ...(input.InstanceType && { instanceType: instanceTypeOf(input.InstanceType.Value).id }),
    ...(input.UserData && { userData: input.UserData.Value }),
    ...(input.InstanceInitiatedShutdownBehavior && {
      shutdownBehavior: input.InstanceInitiatedShutdownBehavior.Value,
    }),
  };
};

/** The older way to ask: Attribute and Value. */
const byName = (attribute: string, value: string): Partial<Input> => {
  const flag = { Value: value === 'true' };
  if (attribute === 'disableApiTermination') return { DisableApiTermination: flag };
  if (attribute === 'disableApiStop') return { DisableApiStop: flag };
  if (attribute === 'sourceDestCheck') return { SourceDestCheck: flag };
  if (attribute === 'ebsOptimized') return { EbsOptimized: flag };
  if (attribute === 'enaSupport') return { EnaSupport: flag };
  if (attribute === 'instanceType') return { InstanceType: { Value: value } };
  if (attribute === 'userData') return { UserData: { Value: value } };
  if (attribute === 'instanceInitiatedShutdownBehavior' && (value === 'stop' || value === 'terminate'))
    return { InstanceInitiatedShutdownBehavior: { Value: value } };
  throw new AwsError('InvalidParameterValue', `The attribute '${attribute}' can't be set to '${value}'.`);
};
