import { z } from 'zod';
import { bool, text } from '../ec2/schema.ts';
import { operation } from '../kernel/service.ts';
import { activityXml } from './activities.ts';
import { type Groups, invalid, onGroup } from './groups.ts';
import { dismiss } from './members.ts';

/** Protection from scale-in does not protect from this. Without decrement, another instance is launched instead. */
export const terminateInstanceInAutoScalingGroup = (groups: Groups) =>
  operation({
    name: 'TerminateInstanceInAutoScalingGroup',
    input: z.strictObject({ InstanceId: text, ShouldDecrementDesiredCapacity: bool }),
    access: (input, call) => [
      onGroup('TerminateInstanceInAutoScalingGroup', groups.ofInstance(call, input.InstanceId)),
    ],
    run({ InstanceId: id, ShouldDecrementDesiredCapacity: decrement }, call) {
      const group = groups.ofInstance(call, id);
      if (decrement && group.desired <= group.minSize) {
        const what = `Currently, desiredSize equals minSize (${group.minSize}). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.`;
        throw invalid(what);
      }
      const cause = `instance ${id} was taken out of service in response to a user request.`;
      const isGoing = group.members.some((member) => member.id === id && member.state === 'Terminating');
      const changed = isGoing
        ? group
        : dismiss({ ...group, desired: group.desired - (decrement ? 1 : 0) }, id, cause, {
            now: groups.now,
            newId: () => groups.newId(),
            retryAt: groups.now,
          });
      groups.order(group, changed);
      const activityId = changed.members.find((member) => member.id === id)?.activityId;
      const activity = changed.activities.find((one) => one.id === activityId);
      return { Activity: activity && activityXml(changed, activity) };
    },
  });
