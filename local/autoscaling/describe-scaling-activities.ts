import { z } from 'zod';
import { int, text, texts } from '../ec2/schema.ts';
import { operation } from '../kernel/service.ts';
import { activityXml } from './activities.ts';
import { anywhere, type Groups } from './groups.ts';
import { pageOf } from './paging.ts';

/** Newest first; those of deleted groups are gone with them. */
export const describeScalingActivities = (groups: Groups) =>
  operation({
    name: 'DescribeScalingActivities',
    input: z.strictObject({
      ActivityIds: texts.optional(),
      AutoScalingGroupName: text.optional(),
      MaxRecords: int.optional(),
      NextToken: text.optional(),
    }),
    access: () => [anywhere('DescribeScalingActivities')],
    run(input, call) {
      const { ActivityIds: ids, AutoScalingGroupName: name } = input;
      const asked = name === undefined ? groups.in(call) : [groups.find(call, name)];
      const rows = asked
        .flatMap((group) => group.activities.map((activity) => ({ group, activity })))
        .filter(({ activity }) => ids?.includes(activity.id) ?? true);
      const { page, NextToken } = pageOf(rows, ({ activity }) => activity.id, input);
      return { Activities: { member: page.map(({ group, activity }) => activityXml(group, activity)) }, NextToken };
    },
  });
