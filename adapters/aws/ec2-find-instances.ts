import { type DescribeInstancesCommandInput, type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import { awsName } from './classify.ts';
import type { TenantReach } from './tenant-reach.ts';

export const NO_INSTANCE: ReadonlySet<string> = new Set(['InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed']);

const isGone = ({ State }: Instance): boolean => State?.Name === 'terminated';

/** All pages; none if the ids name nothing. */
export const findInstances = ({ ec2, call }: TenantReach, input: DescribeInstancesCommandInput): Promise<Instance[]> =>
  call('ec2:DescribeInstances', async () => {
    const found: Instance[] = [];
    try {
      for await (const page of paginateDescribeInstances({ client: ec2 }, input)) {
        for (const { Instances } of page.Reservations ?? []) found.push(...(Instances ?? []));
      }
    } catch (error) {
      if (NO_INSTANCE.has(awsName(error))) return [];
      throw error;
    }
    return found.filter((instance) => !isGone(instance));
  });
