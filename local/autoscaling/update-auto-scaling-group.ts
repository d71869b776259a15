import { z } from 'zod';
import { operation } from '../kernel/service.ts';
import { checkSizes, groupShape, placesOf, splitSubnets, usableTemplate } from './group-input.ts';
import { type Groups, invalid, onGroup } from './groups.ts';
import type { Group } from './records.ts';

export const updateAutoScalingGroup = (groups: Groups) =>
  operation({
    name: 'UpdateAutoScalingGroup',
    input: z.strictObject(groupShape),
    access: (input, call) => [
      onGroup('UpdateAutoScalingGroup', groups.find(call, input.AutoScalingGroupName), {
        'autoscaling:MinSize': input.MinSize === undefined ? [] : String(input.MinSize),
        'autoscaling:MaxSize': input.MaxSize === undefined ? [] : String(input.MaxSize),
        'autoscaling:LaunchConfigurationName': [],
        'autoscaling:LaunchTemplateVersionSpecified': String(/^\d+$/.test(input.LaunchTemplate?.Version ?? '')),
      }),
    ],
    async run(input, call) {
      const before = groups.find(call, input.AutoScalingGroupName);
      if (before.deleting) throw invalid('AutoScalingGroup is pending delete');
      const moved = input.AvailabilityZones !== undefined || input.VPCZoneIdentifier !== undefined;
      const subnetIds = input.VPCZoneIdentifier === undefined ? [] : splitSubnets(input.VPCZoneIdentifier);
      const places: Pick<Group, 'zones' | 'subnetIds'> = moved
        ? placesOf(call, input.AvailabilityZones ?? [], subnetIds)
        : { zones: before.zones, subnetIds: before.subnetIds };
      const template = input.LaunchTemplate && (await usableTemplate(groups, call, input.LaunchTemplate, places));
      const group = groups.find(call, input.AutoScalingGroupName);
      const minSize = input.MinSize ?? group.minSize;
      const maxSize = input.MaxSize ?? group.maxSize;
      // What is not asked for moves into the new bounds by itself.
      const desired = input.DesiredCapacity ?? Math.max(minSize, Math.min(maxSize, group.desired));
      checkSizes({ minSize, maxSize, desired });
      groups.order(group, {
        minSize,
        maxSize,
        desired,
        ...places,
        ...(template && { template }),
        ...(input.DefaultCooldown !== undefined && { defaultCooldown: input.DefaultCooldown }),
        ...(input.DefaultInstanceWarmup !== undefined && { defaultWarmup: input.DefaultInstanceWarmup }),
        ...(input.HealthCheckGracePeriod !== undefined && { healthCheckGracePeriod: input.HealthCheckGracePeriod }),
        ...(input.TerminationPolicies && { terminationPolicies: input.TerminationPolicies }),
        ...(input.NewInstancesProtectedFromScaleIn !== undefined && {
          protectNew: input.NewInstancesProtectedFromScaleIn,
        }),
        ...(input.Context !== undefined && { context: input.Context }),
      });
      return {};
    },
  });
