import { z } from 'zod';
import { int, text } from '../ec2/schema.ts';
import { operation } from '../kernel/service.ts';
import { type Groups, invalid, onGroup } from './groups.ts';

export const setDesiredCapacity = (groups: Groups) =>
  operation({
    name: 'SetDesiredCapacity',
    input: z.strictObject({
      AutoScalingGroupName: text,
      DesiredCapacity: int,
      // Only simple scaling, which is not here, has a cooldown to honor.
      HonorCooldown: z.literal('false').optional(),
    }),
    access: (input, call) => [onGroup('SetDesiredCapacity', groups.find(call, input.AutoScalingGroupName))],
    run({ AutoScalingGroupName, DesiredCapacity: desired }, call) {
      const group = groups.find(call, AutoScalingGroupName);
      const { minSize, maxSize } = group;
      const words = `New SetDesiredCapacity value ${desired} is`;
      if (desired > maxSize) throw invalid(`${words} above max value ${maxSize} for the AutoScalingGroup.`);
      if (desired < minSize) throw invalid(`${words} below min value ${minSize} for the AutoScalingGroup.`);
      groups.order(group, { desired });
      return {};
    },
  });
