import { AwsError } from '../kernel/errors.ts';
import { anywhere } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownInstance } from './find.ts';
import { coresOf, type InstanceType, instanceTypeOf, isBurstable } from './instance-types.ts';
import type { Instance } from './records.ts';
import type { RunInstancesInput } from './run-instances-input.ts';
import { int, text, texts } from './schema.ts';

/** What a launch may say of the machine; each is refused for types that do not have it. */
export const launchOptions = (
  type: InstanceType,
  { CpuOptions, CreditSpecification, HibernationOptions }: RunInstancesInput,
): Pick<Instance, 'cpu' | 'credits' | 'hibernation'> => {
  if (CreditSpecification && !isBurstable(type)) {
    const what = `The ${type.id} instance type does not support T2 Unlimited.`;
    throw new AwsError('InstanceCreditSpecification.NotSupported', what);
  }
  return {
    ...(CpuOptions && { cpu: cpuOf(type, CpuOptions) }),
    ...(CreditSpecification && { credits: CreditSpecification.CpuCredits }),
    ...(HibernationOptions?.Configured && { hibernation: true }),
  };
};

const cpuOf = (
  type: InstanceType,
  { CoreCount, ThreadsPerCore }: NonNullable<RunInstancesInput['CpuOptions']>,
): NonNullable<Instance['cpu']> => {
  if (CoreCount === undefined || ThreadsPerCore === undefined) {
    const what = 'When specifying CpuOptions you must specify both CoreCount and ThreadsPerCore.';
    throw new AwsError('MissingParameter', what);
  }
  if (type.hypervisor !== 'nitro') {
    const what = `The ${type.id} instance type does not support specifying CpuOptions.`;
    throw new AwsError('InvalidParameterCombination', what);
  }
  const isValid = (count: number, most: number): boolean => count >= 1 && count <= most;
  if (!isValid(CoreCount, coresOf(type)) || !isValid(ThreadsPerCore, type.threadsPerCore)) {
    const what = `CPU options of ${CoreCount} cores with ${ThreadsPerCore} threads are not valid for ${type.id}.`;
    throw new AwsError('InvalidParameterValue', what);
  }
  return { of: type.id, coreCount: CoreCount, threadsPerCore: ThreadsPerCore };
};

export const cpuXml = ({ cpu, instanceType }: Instance) => {
  if (cpu?.of === instanceType) return { coreCount: cpu.coreCount, threadsPerCore: cpu.threadsPerCore };
  const type = instanceTypeOf(instanceType);
  return { coreCount: coresOf(type), threadsPerCore: type.threadsPerCore };
};

export const bootModeOf = ({ bootMode }: Instance): 'uefi' | 'legacy-bios' =>
  bootMode?.startsWith('uefi') ? 'uefi' : 'legacy-bios';

/** Without a word at the launch: T2 is standard, later families are unlimited. */
const creditsOf = ({ credits, instanceType }: Instance): string =>
  credits ?? (instanceType.startsWith('t2.') ? 'standard' : 'unlimited');

export const describeInstanceCreditSpecifications = (ec2: Ec2) =>
  ec2Operation({
    name: 'DescribeInstanceCreditSpecifications',
    input: { InstanceId: texts.nonempty(), MaxResults: int.optional(), NextToken: text.optional() },
    access: (_, call) => [anywhere('DescribeInstanceCreditSpecifications', call)],
    run(input, call) {
      const item = input.InstanceId.map((id) => {
        const instance = ownInstance(ec2, call, id);
        if (!isBurstable(instanceTypeOf(instance.instanceType))) {
          const what = `The instance ${id} is not of a burstable type.`;
          throw new AwsError('InstanceCreditSpecification.NotSupported', what);
        }
        return { instanceId: id, cpuCredits: creditsOf(instance) };
      });
      return { instanceCreditSpecificationSet: { item } };
    },
  });
