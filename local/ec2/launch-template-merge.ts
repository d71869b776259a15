import { AwsError } from '../kernel/errors.ts';
import type { Call } from '../kernel/service.ts';
import type { Ec2 } from './ec2.ts';
import {
  findTemplate,
  type LaunchTemplate,
  type LaunchTemplateData,
  type LaunchTemplateVersion,
  versionOf,
} from './launch-templates.ts';
import type { RunInstancesInput, RunInstancesRequest } from './run-instances-input.ts';
import type { Tags } from './tags.ts';

export interface UsedTemplate {
  readonly template: LaunchTemplate;
  readonly version: LaunchTemplateVersion;
}

export interface Merged {
  readonly input: RunInstancesInput;
  readonly template?: UsedTemplate;
}

/**
 * The request with what its launch template adds. What the request names wins: block devices device by device, tags
 * key by key, the network interface member by member, anything else as a whole. Throws if image or type is missing.
 */
export const mergeTemplate = (ec2: Ec2, call: Call, request: RunInstancesRequest): Merged => {
  if (!request.LaunchTemplate) return { input: complete(request) };
  const { Version = '$Default', ...name } = request.LaunchTemplate;
  const template = findTemplate(ec2, call, name);
  const version = versionOf(template, Version);
  // Groups of the request replace those of the template, however each of the two names them.
  const ownGroups = request.SecurityGroupId ?? request.SecurityGroup;
  const data = ownGroups ? { ...version.data, SecurityGroupId: undefined, SecurityGroup: undefined } : version.data;
  const input = mergeData(data, request);
  return { input: complete(input), template: { template, version } };
};

/** Also how a new version takes over what its source version has. */
export const mergeData = <T extends LaunchTemplateData>(base: LaunchTemplateData, over: T): T => {
  const named = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined)) as T;
  const [card] = base.NetworkInterface ?? [];
  const [overCard, ...overOthers] = over.NetworkInterface ?? [];
  return {
    ...base,
    ...named,
    ...(card && overCard && { NetworkInterface: [{ ...card, ...overCard }, ...overOthers] }),
    ...(base.BlockDeviceMapping &&
      over.BlockDeviceMapping && {
        BlockDeviceMapping: mergeDevices(base.BlockDeviceMapping, over.BlockDeviceMapping),
      }),
    ...(base.TagSpecification &&
      over.TagSpecification && { TagSpecification: mergeTags(base.TagSpecification, over.TagSpecification) }),
  };
};

type Devices = NonNullable<LaunchTemplateData['BlockDeviceMapping']>;
type TagSpecifications = NonNullable<LaunchTemplateData['TagSpecification']>;

const mergeDevices = (base: Devices, over: Devices): Devices => {
  const named = new Set(over.map(({ DeviceName }) => DeviceName));
  return [...base.filter(({ DeviceName }) => !named.has(DeviceName)), ...over];
};

const mergeTags = (base: TagSpecifications, over: TagSpecifications): TagSpecifications => {
  const types = new Set([...base, ...over].map(({ ResourceType }) => ResourceType));
  const tagsOf = (list: TagSpecifications, type: string) =>
    list.filter(({ ResourceType }) => ResourceType === type).flatMap(({ Tag }) => Tag ?? []);
  return [...types].map((ResourceType) => {
    const wins = tagsOf(over, ResourceType);
    const kept = tagsOf(base, ResourceType).filter(({ Key }) => !wins.some((tag) => tag.Key === Key));
    return { ResourceType, Tag: [...kept, ...wins] };
  });
};

const complete = (request: RunInstancesRequest): RunInstancesInput => {
  const { ImageId, InstanceType } = request;
  if (ImageId === undefined) throw new AwsError('MissingParameter', 'The request must contain the parameter ImageId');
  if (InstanceType === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter InstanceType');
  return { ...request, ImageId, InstanceType };
};

/** AWS marks an instance with the template that it came from. */
export const templateTags = (used: UsedTemplate | undefined): Tags =>
  used
    ? { 'aws:ec2launchtemplate:id': used.template.id, 'aws:ec2launchtemplate:version': String(used.version.number) }
    : {};
