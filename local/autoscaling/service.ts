import { settingsRoutes } from '../ec2/settings-routes.ts';
import type { ServiceFactory } from '../kernel/service.ts';
import { createAutoScalingGroup } from './create-auto-scaling-group.ts';
import { deleteAutoScalingGroup } from './delete-auto-scaling-group.ts';
import { describeAutoScalingGroups } from './describe-auto-scaling-groups.ts';
import { describeAutoScalingInstances } from './describe-auto-scaling-instances.ts';
import { describeScalingActivities } from './describe-scaling-activities.ts';
import { Engine } from './engine.ts';
import { Groups } from './groups.ts';
import { disableMetricsCollection, enableMetricsCollection } from './metrics-collection.ts';
import { deletePolicy, describePolicies, putScalingPolicy } from './policies.ts';
import { setDesiredCapacity } from './set-desired-capacity.ts';
import { setInstanceProtection } from './set-instance-protection.ts';
import { changeAutoScalingSettings } from './settings.ts';
import { createOrUpdateTags, deleteTags, describeTags } from './tags.ts';
import { terminateInstanceInAutoScalingGroup } from './terminate-instance.ts';
import { updateAutoScalingGroup } from './update-auto-scaling-group.ts';

const OPERATIONS = [
  createAutoScalingGroup,
  createOrUpdateTags,
  deleteAutoScalingGroup,
  deletePolicy,
  deleteTags,
  describeAutoScalingGroups,
  describeAutoScalingInstances,
  describePolicies,
  describeScalingActivities,
  describeTags,
  disableMetricsCollection,
  enableMetricsCollection,
  putScalingPolicy,
  setDesiredCapacity,
  setInstanceProtection,
  terminateInstanceInAutoScalingGroup,
  updateAutoScalingGroup,
];

/** EC2 Auto Scaling: groups by launch template, and target tracking on queues. Needs EC2 beside it, started before. */
export const createAutoScaling: ServiceFactory = (kernel) => {
  const groups = new Groups(kernel);
  const engine = new Engine(groups);
  return {
    name: 'autoscaling',
    protocol: 'aws-query',
    eventSource: 'autoscaling.amazonaws.com',
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
    operations: OPERATIONS.map((create) => create(groups)),
    control: settingsRoutes(
      '/autoscaling/settings',
      () => groups.settings,
      (changes) => changeAutoScalingSettings(kernel.store, changes),
    ),
    start: () => engine.start(),
    stop: () => engine.stop(),
  };
};
