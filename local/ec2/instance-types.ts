import { AwsError } from '../kernel/errors.ts';
import { anywhere } from './access.ts';
import { ec2Operation } from './ec2-operation.ts';
import { type FilterKeys, passes } from './filters.ts';
import { pageOf } from './paging.ts';
import { filters, int, text, texts } from './schema.ts';
import { zonesOf } from './zones.ts';

export interface InstanceType {
  readonly id: string;
  readonly vcpus: number;
  readonly threadsPerCore: number;
  readonly memoryMiB: number;
  readonly architecture: 'x86_64' | 'arm64';
  readonly bootModes: readonly string[];
  readonly hypervisor: 'nitro' | 'xen';
  readonly tags: Readonly<Record<string, string>>;
}

const type = (
  id: string,
  vcpus: number,
  memoryGiB: number,
  architecture: InstanceType['architecture'] = 'x86_64',
  hypervisor: InstanceType['hypervisor'] = 'nitro',
): InstanceType => {
  const bootModes =
    architecture === 'arm64' ? ['uefi'] : hypervisor === 'nitro' ? ['legacy-bios', 'uefi'] : ['legacy-bios'];
  const threadsPerCore = architecture === 'x86_64' && hypervisor === 'nitro' ? 2 : 1;
  return { id, vcpus, threadsPerCore, memoryMiB: memoryGiB * 1_024, architecture, bootModes, hypervisor, tags: {} };
};

/** A handful of those that people test with. */
export const instanceTypes: readonly InstanceType[] = [
  type('t2.micro', 1, 1, 'x86_64', 'xen'),
  type('t3.nano', 2, 0.5),
  type('t3.micro', 2, 1),
  type('t3.small', 2, 2),
  type('t3.medium', 2, 4),
  type('t3.large', 2, 8),
  type('t4g.micro', 2, 1, 'arm64'),
  type('t4g.small', 2, 2, 'arm64'),
  type('m5.large', 2, 8),
  type('m5.xlarge', 4, 16),
  type('m6i.large', 2, 8),
  type('m6g.large', 2, 8, 'arm64'),
  type('m7g.large', 2, 8, 'arm64'),
  type('c7g.large', 2, 4, 'arm64'),
  type('c7g.xlarge', 4, 8, 'arm64'),
  type('c5.large', 2, 4),
  type('c6i.large', 2, 4),
  type('c6gn.large', 2, 4, 'arm64'),
  type('c7gn.large', 2, 4, 'arm64'),
  type('r5.large', 2, 16),
];

export const instanceTypeOf = (id: string): InstanceType => {
  const found = instanceTypes.find((known) => known.id === id);
  if (found) return found;
  throw new AwsError('InvalidParameterValue', `Invalid value '${id}' for InstanceType.`);
};

const KEYS: FilterKeys<InstanceType> = {
  'instance-type': ({ id }) => [id],
  'processor-info.supported-architecture': ({ architecture }) => [architecture],
  'current-generation': ({ id }) => [String(id !== 't2.micro')],
  'vcpu-info.default-vcpus': ({ vcpus }) => [String(vcpus)],
  hypervisor: ({ hypervisor }) => [hypervisor],
};

/** As EC2 names them. */
export const isBurstable = ({ id }: InstanceType): boolean => id.startsWith('t');

export const coresOf = ({ vcpus, threadsPerCore }: InstanceType): number => vcpus / threadsPerCore;

const upTo = (most: number) => ({ item: Array.from({ length: most }, (_, index) => index + 1) });

export const describeInstanceTypes = ec2Operation({
  name: 'DescribeInstanceTypes',
  input: {
    InstanceType: texts.optional(),
    Filter: filters.optional(),
    MaxResults: int.optional(),
    NextToken: text.optional(),
  },
  access: (_, call) => [anywhere('DescribeInstanceTypes', call)],
  run(input) {
    for (const id of input.InstanceType ?? []) {
      if (instanceTypes.some((known) => known.id === id)) continue;
      const what = `The following supplied instance types do not exist: [${id}]`;
      throw new AwsError('InvalidInstanceType', what);
    }
    const kept = instanceTypes
      .filter(({ id }) => !input.InstanceType?.length || input.InstanceType.includes(id))
      .filter(passes(input.Filter, KEYS));
    const { page, nextToken } = pageOf(kept, input, { least: 5, most: 100 });
    const item = page.map(typeXml);
    return { instanceTypeSet: { item }, nextToken };
  },
});

interface Offering {
  readonly id: string;
  readonly instanceType: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Every type is offered everywhere. */
export const describeInstanceTypeOfferings = ec2Operation({
  name: 'DescribeInstanceTypeOfferings',
  input: {
    LocationType: text.optional(),
    Filter: filters.optional(),
    MaxResults: int.optional(),
    NextToken: text.optional(),
  },
  access: (_, call) => [anywhere('DescribeInstanceTypeOfferings', call)],
  run(input, call) {
    const locationType = input.LocationType ?? 'region';
    const locations: Readonly<Record<string, readonly string[]>> = {
      region: [call.region],
      'availability-zone': zonesOf(call.region).map(({ name }) => name),
      'availability-zone-id': zonesOf(call.region).map(({ zoneId }) => zoneId),
    };
    const all = (locations[locationType] ?? []).flatMap((location) =>
      instanceTypes.map(({ id }): Offering => ({ id: `${id} ${location}`, instanceType: id, location, tags: {} })),
    );
    const kept = all.filter(
      passes<Offering>(input.Filter, {
        'instance-type': ({ instanceType }) => [instanceType],
        location: ({ location }) => [location],
      }),
    );
    const { page, nextToken } = pageOf(kept, input, { least: 5, most: 1_000 });
    const item = page.map(({ instanceType, location }) => ({ instanceType, locationType, location }));
    return { instanceTypeOfferingSet: { item }, nextToken };
  },
});

const typeXml = (type: InstanceType) => {
  const { id, vcpus, threadsPerCore, memoryMiB, architecture, bootModes, hypervisor } = type;
  return {
    instanceType: id,
    currentGeneration: id !== 't2.micro',
    hypervisor,
    bareMetal: false,
    burstablePerformanceSupported: isBurstable(type),
    hibernationSupported: true,
    vCpuInfo: {
      defaultVCpus: vcpus,
      defaultCores: coresOf(type),
      defaultThreadsPerCore: threadsPerCore,
      // T2 takes no CPU options at all.
      ...(hypervisor === 'nitro' && { validCores: upTo(coresOf(type)), validThreadsPerCore: upTo(threadsPerCore) }),
    },
    memoryInfo: { sizeInMiB: memoryMiB },
    processorInfo: { supportedArchitectures: { item: [architecture] } },
    supportedBootModes: { item: bootModes },
    supportedVirtualizationTypes: { item: ['hvm'] },
    supportedRootDeviceTypes: { item: ['ebs'] },
    ebsInfo: {
      ebsOptimizedSupport: hypervisor === 'nitro' ? 'default' : 'unsupported',
      encryptionSupport: 'supported',
    },
    networkInfo: { enaSupport: hypervisor === 'nitro' ? 'required' : 'unsupported' },
  };
};
