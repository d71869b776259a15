import { z } from 'zod';
import { bool, text } from '../ec2/schema.ts';
import { AwsError } from '../kernel/errors.ts';
import { operation } from '../kernel/service.ts';
import { type Groups, onGroup } from './groups.ts';

/** With ForceDelete, its instances are terminated, protected ones too; until they are gone it shows as being deleted. */
export const deleteAutoScalingGroup = (groups: Groups) =>
  operation({
    name: 'DeleteAutoScalingGroup',
    input: z.strictObject({ AutoScalingGroupName: text, ForceDelete: bool.default(false) }),
    access: (input, call) => [onGroup('DeleteAutoScalingGroup', groups.find(call, input.AutoScalingGroupName))],
    run(input, call) {
      const group = groups.find(call, input.AutoScalingGroupName);
      if (!input.ForceDelete && (group.members.length > 0 || group.launching)) {
        const what =
          'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.';
        throw new AwsError('ResourceInUse', what);
      }
      groups.order(group, { deleting: true, minSize: 0, maxSize: 0, desired: 0, policies: [] });
      return {};
    },
  });
