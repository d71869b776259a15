import { z } from 'zod';
import { int, text, texts } from '../ec2/schema.ts';
import { operation } from '../kernel/service.ts';
import { memberXml } from './describe-auto-scaling-groups.ts';
import { anywhere, type Groups } from './groups.ts';
import { pageOf } from './paging.ts';

export const describeAutoScalingInstances = (groups: Groups) =>
  operation({
    name: 'DescribeAutoScalingInstances',
    input: z.strictObject({
      InstanceIds: texts.max(50).optional(),
      MaxRecords: int.optional(),
      NextToken: text.optional(),
    }),
    access: () => [anywhere('DescribeAutoScalingInstances')],
    run(input, call) {
      const { InstanceIds: ids } = input;
      const rows = groups
        .in(call)
        .flatMap((group) => group.members.map((member) => ({ group, member })))
        .filter(({ member }) => ids?.includes(member.id) ?? true);
      const { page, NextToken } = pageOf(rows, ({ member }) => member.id, input);
      const member = page.map((row) => ({
        ...memberXml(row.group, row.member),
        // Unlike the groups' list, this one has it in capitals.
        HealthStatus: row.member.health.toUpperCase(),
        AutoScalingGroupName: row.group.name,
      }));
      return { AutoScalingInstances: { member }, NextToken };
    },
  });
