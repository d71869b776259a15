import type { Access, Call } from '../kernel/service.ts';
import type { Image, Instance, Snapshot, Volume } from './records.ts';
import type { Tags } from './tags.ts';

type Context = Record<string, string | readonly string[]>;

/** ARNs as EC2 forms them: snapshots and images carry no account. */
export const arnOf = {
  volume: (call: Call, id: string) => `arn:aws:ec2:${call.region}:${call.accountId}:volume/${id}`,
  instance: (call: Call, id: string) => `arn:aws:ec2:${call.region}:${call.accountId}:instance/${id}`,
  snapshot: (call: Call, id: string) => `arn:aws:ec2:${call.region}::snapshot/${id}`,
  image: (call: Call, id: string) => `arn:aws:ec2:${call.region}::image/${id}`,
  subnet: (call: Call, id: string) => `arn:aws:ec2:${call.region}:${call.accountId}:subnet/${id}`,
  'security-group': (call: Call, id: string) => `arn:aws:ec2:${call.region}:${call.accountId}:security-group/${id}`,
  'network-interface': (call: Call, id: string) =>
    `arn:aws:ec2:${call.region}:${call.accountId}:network-interface/${id}`,
  'key-pair': (call: Call, id: string) => `arn:aws:ec2:${call.region}:${call.accountId}:key-pair/${id}`,
  'launch-template': (call: Call, id: string) => `arn:aws:ec2:${call.region}:${call.accountId}:launch-template/${id}`,
} as const;

export type ResourceType = keyof typeof arnOf;

/** An action without resources: every Describe. */
export const anywhere = (action: string, call: Call): Access => ({
  action: `ec2:${action}`,
  resource: '*',
  context: { 'ec2:Region': call.region },
});

/** An action on a resource that exists. */
export const on = (
  action: string,
  call: Call,
  resource: Volume | Snapshot | Instance | Image,
  more?: Context,
): Access => {
  const [type, own] = describe(call, resource);
  const context: Context = { 'ec2:Region': call.region, 'aws:ResourceAccount': resource.accountId, ...own, ...more };
  // Tags of a shared resource are its owner's: they neither show nor count.
  if (resource.accountId === call.accountId) {
    for (const [key, value] of Object.entries(resource.tags)) {
      context[`aws:ResourceTag/${key}`] = value;
      context[`ec2:ResourceTag/${key}`] = value;
    }
  }
  return { action: `ec2:${action}`, resource: arnOf[type](call, resource.id), context };
};

/**
 * An action that makes a resource, with the tags that it is to have: the action on the new resource, whose id nobody
 * knows yet, and `ec2:CreateTags` on it if there are tags.
 */
export const making = (action: string, call: Call, type: ResourceType, tags: Tags, more?: Context): Access[] => {
  const context: Context = {
    'ec2:Region': call.region,
    'aws:ResourceAccount': call.accountId,
    ...more,
    ...requested(tags),
  };
  const resource = arnOf[type](call, '*');
  const accesses: Access[] = [{ action: `ec2:${action}`, resource, context }];
  if (Object.keys(tags).length > 0) {
    accesses.push({ action: 'ec2:CreateTags', resource, context: { ...context, 'ec2:CreateAction': action } });
  }
  return accesses;
};

/** An action that names a resource of which nothing is known but its id. */
export const naming = (action: string, call: Call, type: ResourceType, id: string, more?: Context): Access => ({
  action: `ec2:${action}`,
  resource: arnOf[type](call, id),
  context: { 'ec2:Region': call.region, 'aws:ResourceAccount': call.accountId, ...more },
});

export const requested = (tags: Tags): Context => ({
  'aws:TagKeys': Object.keys(tags),
  ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
});

const describe = (call: Call, resource: Volume | Snapshot | Instance | Image): [ResourceType, Context] => {
  if ('mappings' in resource) {
    const owner = resource.accountId === call.accountId ? resource.accountId : 'amazon';
    return [
      'image',
      {
        'ec2:ImageID': resource.id,
        'ec2:ImageType': 'machine',
        'ec2:Owner': owner,
        'ec2:Public': String(resource.isPublic),
        'ec2:RootDeviceType': 'ebs',
      },
    ];
  }
  if ('instanceType' in resource) {
    return [
      'instance',
      {
        'ec2:InstanceID': resource.id,
        'ec2:InstanceType': resource.instanceType,
        'ec2:InstanceProfile': resource.profileArn ?? [],
        'ec2:AvailabilityZone': resource.zone,
        'ec2:EbsOptimized': String(resource.ebsOptimized),
        'ec2:RootDeviceType': 'ebs',
        'ec2:Tenancy': resource.tenancy,
        'ec2:PlacementGroup': [],
      },
    ];
  }
  const encrypted = { 'ec2:Encrypted': String(resource.encryption !== undefined) };
  if ('zone' in resource) {
    return [
      'volume',
      {
        ...encrypted,
        'ec2:VolumeID': resource.id,
        'ec2:VolumeSize': String(resource.sizeGiB),
        'ec2:VolumeType': resource.volumeType,
        'ec2:VolumeIops': resource.iops === undefined ? [] : String(resource.iops),
        'ec2:VolumeThroughput': resource.throughput === undefined ? [] : String(resource.throughput),
        'ec2:AvailabilityZone': resource.zone,
        'ec2:ParentSnapshot': resource.snapshotId ? arnOf.snapshot(call, resource.snapshotId) : [],
        'ec2:KmsKeyId': resource.encryption?.kmsKeyId ?? [],
      },
    ];
  }
  return [
    'snapshot',
    {
      ...encrypted,
      'ec2:SnapshotID': resource.id,
      'ec2:VolumeSize': String(resource.sizeGiB),
      'ec2:ParentVolume': arnOf.volume(call, resource.volumeId),
      'ec2:Owner': resource.accountId,
      'ec2:SnapshotTime': new Date(resource.createdAt).toISOString(),
      'ec2:OutpostArn': [],
      'ec2:SourceOutpostArn': [],
      'ec2:Location': 'regional',
    },
  ];
};
