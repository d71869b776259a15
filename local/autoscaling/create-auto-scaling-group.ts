import { z } from 'zod';
import { int } from '../ec2/schema.ts';
import { AwsError } from '../kernel/errors.ts';
import { operation } from '../kernel/service.ts';
import { checkSizes, groupShape, placesOf, splitSubnets, usableTemplate } from './group-input.ts';
import { type Groups, groupArn, invalid, makesRole, requestedTags } from './groups.ts';
import type { Group } from './records.ts';
import { readGroupTags, tagList } from './tags.ts';

export const createAutoScalingGroup = (groups: Groups) =>
  operation({
    name: 'CreateAutoScalingGroup',
    input: z.strictObject({ ...groupShape, MinSize: int, MaxSize: int, Tags: tagList.optional() }),
    access(input, call) {
      const resource = groupArn(call, '*', input.AutoScalingGroupName);
      const tags = requestedTags(readGroupTags(input.Tags, input.AutoScalingGroupName));
      return [
        {
          action: 'autoscaling:CreateAutoScalingGroup',
          resource,
          context: {
            'autoscaling:MinSize': String(input.MinSize),
            'autoscaling:MaxSize': String(input.MaxSize),
            'autoscaling:LaunchConfigurationName': [],
            'autoscaling:LaunchTemplateVersionSpecified': String(/^\d+$/.test(input.LaunchTemplate?.Version ?? '')),
            ...tags,
          },
        },
        // Tags at creation are tagging as well: the stricter reading of what AWS documents by its examples.
        ...((input.Tags ?? []).length > 0
          ? [{ action: 'autoscaling:CreateOrUpdateTags', resource, context: tags }]
          : []),
        ...(groups.hasRole(call.accountId) ? [] : [makesRole(call.accountId)]),
      ];
    },
    async run(input, call) {
      const { AutoScalingGroupName: name, LaunchTemplate, MinSize: minSize, MaxSize: maxSize } = input;
      const exists = () => {
        if (!groups.named(call, name)) return;
        const what = `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`;
        throw new AwsError('AlreadyExists', what);
      };
      exists();
      if (/[:\n\r\t]/.test(name)) throw invalid('The group name contains a character that is not allowed.');
      if (!LaunchTemplate)
        throw invalid(
          'Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.',
        );
      const places = placesOf(call, input.AvailabilityZones ?? [], splitSubnets(input.VPCZoneIdentifier));
      const desired = input.DesiredCapacity ?? minSize;
      checkSizes({ minSize, maxSize, desired });
      const template = await usableTemplate(groups, call, LaunchTemplate, places);
      exists();
      const group: Group = {
        name,
        arn: groupArn(call, groups.newId(), name),
        accountId: call.accountId,
        region: call.region,
        template,
        minSize,
        maxSize,
        desired,
        defaultCooldown: input.DefaultCooldown ?? 300,
        ...(input.DefaultInstanceWarmup !== undefined && { defaultWarmup: input.DefaultInstanceWarmup }),
        healthCheckGracePeriod: input.HealthCheckGracePeriod ?? 0,
        ...places,
        terminationPolicies: input.TerminationPolicies ?? ['Default'],
        protectNew: input.NewInstancesProtectedFromScaleIn ?? false,
        ...(input.Context !== undefined && { context: input.Context }),
        tags: readGroupTags(input.Tags, name),
        createdAt: groups.now,
        members: [],
        policies: [],
        enabledMetrics: [],
        activities: [],
        deleting: false,
      };
      groups.put(group);
      groups.order(group, {});
      return {};
    },
  });
