import { AwsError } from '../kernel/errors.ts';
import { anywhere } from './access.ts';
import { ec2Operation } from './ec2-operation.ts';
import { passes } from './filters.ts';
import { bool, filters, int, text, texts } from './schema.ts';
import { regionNames, zonesOf } from './zones.ts';

export const describeRegions = ec2Operation({
  name: 'DescribeRegions',
  input: { RegionName: texts.optional(), AllRegions: bool.optional(), Filter: filters.optional() },
  access: (_, call) => [anywhere('DescribeRegions', call)],
  run(input) {
    for (const name of input.RegionName ?? []) {
      if (!regionNames.includes(name)) throw new AwsError('InvalidParameterValue', `Invalid region: ${name}`);
    }
    const kept = regionNames
      .filter((name) => !input.RegionName?.length || input.RegionName.includes(name))
      .map((name) => ({ name, tags: {} }))
      .filter(
        passes<{ name: string; tags: Readonly<Record<string, string>> }>(input.Filter, {
          'region-name': ({ name }) => [name],
          'opt-in-status': () => ['opt-in-not-required'],
        }),
      );
    const item = kept.map(({ name }) => ({
      regionName: name,
      regionEndpoint: `ec2.${name}.amazonaws.com`,
      optInStatus: 'opt-in-not-required',
    }));
    return { regionInfo: { item } };
  },
});

export const describeAvailabilityZones = ec2Operation({
  name: 'DescribeAvailabilityZones',
  input: {
    ZoneName: texts.optional(),
    ZoneId: texts.optional(),
    AllAvailabilityZones: bool.optional(),
    Filter: filters.optional(),
  },
  access: (_, call) => [anywhere('DescribeAvailabilityZones', call)],
  run(input, call) {
    const zones = zonesOf(call.region).map((zone) => ({ ...zone, tags: {} }));
    for (const name of input.ZoneName ?? []) {
      if (!zones.some((zone) => zone.name === name))
        throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${name}]`);
    }
    const kept = zones
      .filter(({ name }) => !input.ZoneName?.length || input.ZoneName.includes(name))
      .filter(({ zoneId }) => !input.ZoneId?.length || input.ZoneId.includes(zoneId))
      .filter(
        passes<(typeof zones)[number]>(input.Filter, {
          'zone-name': ({ name }) => [name],
          'zone-id': ({ zoneId }) => [zoneId],
          'region-name': () => [call.region],
          state: () => ['available'],
          'zone-type': () => ['availability-zone'],
        }),
      );
    const item = kept.map(({ name, zoneId }) => ({
      zoneName: name,
      zoneId,
      zoneState: 'available',
      regionName: call.region,
      groupName: call.region,
      networkBorderGroup: call.region,
      zoneType: 'availability-zone',
      optInStatus: 'opt-in-not-required',
    }));
    return { availabilityZoneInfo: { item } };
  },
});

/** Key pairs are not known here: the list is empty. */
export const describeKeyPairs = ec2Operation({
  name: 'DescribeKeyPairs',
  input: {
    KeyName: texts.optional(),
    KeyPairId: texts.optional(),
    Filter: filters.optional(),
    IncludePublicKey: bool.optional(),
    MaxResults: int.optional(),
    NextToken: text.optional(),
  },
  access: (_, call) => [anywhere('DescribeKeyPairs', call)],
  run(input) {
    const [wanted] = [...(input.KeyName ?? []), ...(input.KeyPairId ?? [])];
    if (wanted !== undefined) throw new AwsError('InvalidKeyPair.NotFound', `The key pair '${wanted}' does not exist`);
    return { keySet: { item: [] } };
  },
});
