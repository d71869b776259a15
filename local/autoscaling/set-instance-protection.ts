import { z } from 'zod';
import { bool, text, texts } from '../ec2/schema.ts';
import { operation } from '../kernel/service.ts';
import { type Groups, invalid, onGroup } from './groups.ts';
import type { Member } from './records.ts';

export const setInstanceProtection = (groups: Groups) =>
  operation({
    name: 'SetInstanceProtection',
    input: z.strictObject({ InstanceIds: texts.max(50), AutoScalingGroupName: text, ProtectedFromScaleIn: bool }),
    access: (input, call) => [onGroup('SetInstanceProtection', groups.find(call, input.AutoScalingGroupName))],
    run({ InstanceIds, AutoScalingGroupName, ProtectedFromScaleIn }, call) {
      const group = groups.find(call, AutoScalingGroupName);
      for (const id of InstanceIds) {
        const member = group.members.find((one) => one.id === id);
        if (!member) throw invalid(`The instance ${id} is not part of Auto Scaling group ${group.name}.`);
        if (member.state !== 'InService')
          throw invalid(`The instance ${id} is not in InService or EnteringStandby or Standby.`);
      }
      const members = group.members.map(
        (member): Member => (InstanceIds.includes(member.id) ? { ...member, protected: ProtectedFromScaleIn } : member),
      );
      groups.order(group, { members });
      return {};
    },
  });
