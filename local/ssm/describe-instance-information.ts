import { z } from 'zod';
import type { Instance } from '../ec2/records.ts';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { platformOf, type Ssm } from './ssm.ts';

const AGENT_VERSION = '3.3.1611.0';

const Filter = z.strictObject({ Key: z.string().min(1), Values: z.array(z.string().min(1)).min(1).max(100) });

/** Instances whose agent has registered. One that does not run still shows, as ConnectionLost. */
export const createDescribeInstanceInformation = (ssm: Ssm): Operation =>
  operation({
    name: 'DescribeInstanceInformation',
    input: z.strictObject({
      Filters: z.array(Filter).optional(),
      MaxResults: z.int().min(5).max(50).optional(),
      NextToken: z.string().optional(),
    }),
    access: () => [{ action: 'ssm:DescribeInstanceInformation', resource: '*', context: {} }],
    run({ Filters = [], MaxResults = 10, NextToken }, { accountId, region }) {
      const tests = Filters.map(({ Key, Values }) => {
        const read = reader(ssm, Key);
        return (instance: Instance) => read(instance).some((value) => Values.includes(value));
      });
      const after = NextToken === undefined ? '' : readToken(NextToken);
      const fitting = [...ssm.managed(accountId, region)]
        .filter(({ state }) => state !== 'terminated' && state !== 'pending')
        .filter((instance) => tests.every((test) => test(instance)))
        .filter(({ id }) => id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      const page = fitting.slice(0, MaxResults);
      return {
        InstanceInformationList: page.map((instance) => ({
          InstanceId: instance.id,
          PingStatus: pingStatus(ssm, instance),
          LastPingDateTime: (ssm.isOnline(instance) ? ssm.now : instance.launchedAt) / 1_000,
          AgentVersion: AGENT_VERSION,
          IsLatestVersion: true,
          PlatformType: platformOf(instance),
          PlatformName:
            platformOf(instance) === 'Windows' ? 'Microsoft Windows Server' : instance.licence.platformDetails,
          ResourceType: 'EC2Instance',
          IPAddress: instance.privateIp,
          ComputerName: `ip-${instance.privateIp.replaceAll('.', '-')}.${region}.compute.internal`,
        })),
        ...(fitting.length > page.length && { NextToken: writeToken(page.at(-1)?.id ?? '') }),
      };
    },
  });

const pingStatus = (ssm: Ssm, instance: Instance): string => (ssm.isOnline(instance) ? 'Online' : 'ConnectionLost');

const reader = (ssm: Ssm, key: string): ((instance: Instance) => readonly string[]) => {
  if (key.startsWith('tag:')) {
    const name = key.slice(4);
    return ({ tags }) => (tags[name] === undefined ? [] : [tags[name]]);
  }
  switch (key) {
    case 'InstanceIds':
      return ({ id }) => [id];
    case 'PingStatus':
      return (instance) => [pingStatus(ssm, instance)];
    case 'PlatformTypes':
      return (instance) => [platformOf(instance)];
    case 'ResourceType':
      return () => ['EC2Instance'];
    case 'tag-key':
      return ({ tags }) => Object.keys(tags);
    default:
      throw new AwsError('InvalidFilterKey', `The filter key ${key} isn't valid in the local cloud.`);
  }
};

const writeToken = (id: string): string => Buffer.from(`after ${id}`).toString('base64url');

const readToken = (token: string): string => {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('after ')) throw new AwsError('InvalidNextToken', "The specified token isn't valid.");
  return text.slice(6);
};
