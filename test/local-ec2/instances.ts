import { DescribeInstancesCommand, RunInstancesCommand, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { TENANT, type TestCloud, until } from './cloud.ts';

/** A running instance of the seed image. */
export const newInstance = async (
  t: TestCloud,
  more: Partial<RunInstancesCommandInput> = {},
  account = TENANT,
  state = 'running',
): Promise<string> => {
  const ec2 = t.ec2(account);
  const wish = { ImageId: SEED_IMAGES.linux, InstanceType: 't3.micro' as const, MinCount: 1, MaxCount: 1, ...more };
  const { Instances } = await ec2.send(new RunInstancesCommand(wish));
  const id = Instances?.[0]?.InstanceId ?? '';
  await inState(t, id, state, account);
  return id;
};

export const inState = async (t: TestCloud, id: string, state: string, account = TENANT): Promise<void> => {
  await until(async () => (await instance(t, id, account)).State?.Name === state);
};

export const instance = async (t: TestCloud, id: string, account = TENANT) => {
  const { Reservations } = await t.ec2(account).send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations?.[0]?.Instances?.[0] ?? {};
};
