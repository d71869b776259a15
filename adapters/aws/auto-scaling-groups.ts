import {
  type AutoScalingClient,
  type AutoScalingGroup,
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DeletePolicyCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  EnableMetricsCollectionCommand,
  PutScalingPolicyCommand,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { HypervisorId } from '../../core/contracts/ids.ts';
import { ACCESS_NODE_TAG, type AutomaticNodes, serviceAccountNames } from '../../core/domain/automatic-nodes.ts';
import { NotFound, TransientFailure } from '../../core/domain/errors.ts';
import { ordersPerNode } from '../../core/domain/node-scaling-policy.ts';
import type { AutoScalingState, ServiceAccount } from '../../core/ports/service-account.ts';
import { awsMessage, awsName } from './classify.ts';
import type { LaunchTemplates } from './launch-templates.ts';
import { onceProfileIsKnown } from './new-instance-profile.ts';
import type { CallService } from './service-account-calls.ts';

const instancesOf = ({ Instances = [] }: AutoScalingGroup): AutoScalingState['instances'] =>
  Instances.flatMap(({ InstanceId, LifecycleState = '' }) =>
    InstanceId === undefined ? [] : [{ instanceId: InstanceId, ending: LifecycleState.startsWith('Terminat') }],
  );

const POLICY = 'orders-per-node';

export const createAutoScalingGroups = ({
  client,
  templates,
  call,
  hypervisorId,
  stage,
}: {
  client: AutoScalingClient;
  templates: LaunchTemplates;
  call: CallService;
  hypervisorId: HypervisorId;
  stage: string;
}): Omit<ServiceAccount, 'hasInstanceProfile'> => {
  const find = async (name: string): Promise<AutoScalingGroup | undefined> => {
    const { AutoScalingGroups } = await call('autoscaling:DescribeAutoScalingGroups', () =>
      client.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] })),
    );
    return AutoScalingGroups?.[0];
  };

  /** Auto Scaling has no error of its own for a group that is not there: only ValidationError and a sentence. */
  const existing = async <T>(name: string, action: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await call(action, run);
    } catch (cause) {
      if (awsName(cause) === 'ScalingActivityInProgress') throw new TransientFailure(awsMessage(cause), { cause });
      if (awsName(cause) !== 'ValidationError' || (await find(name))) throw cause;
      throw new NotFound(`there is no Auto Scaling group ${name}`, { cause });
    }
  };

  const newestFailure = async (name: string): Promise<string | undefined> => {
    const { Activities } = await call('autoscaling:DescribeScalingActivities', () =>
      client.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: 1 })),
    );
    const newest = Activities?.[0];
    return newest?.StatusCode === 'Failed' ? (newest.StatusMessage ?? newest.Description) : undefined;
  };

  const place = async (name: string, nodes: AutomaticNodes, launchTemplateName: string): Promise<void> => {
    const there = await find(name);
    if (there?.Status !== undefined)
      throw new TransientFailure(`the Auto Scaling group ${name} is still being deleted`);
    const settings = {
      AutoScalingGroupName: name,
      LaunchTemplate: { LaunchTemplateName: launchTemplateName, Version: '$Latest' },
      MaxSize: nodes.most,
      VPCZoneIdentifier: (await templates.subnets(nodes.zones, nodes.subnets)).join(','),
      // Until a node counts as part of what the policy divides by: it boots and fetches its software first.
      DefaultInstanceWarmup: 120,
    };
    if (there) return update(settings);
    // A node may be taken away with orders in hand: they appear again in the queue, and another goes on with them.
    try {
      await onceProfileIsKnown(() =>
        call('autoscaling:CreateAutoScalingGroup', () =>
          client.send(
            new CreateAutoScalingGroupCommand({
              ...settings,
              MinSize: 0,
              Tags: [{ Key: ACCESS_NODE_TAG, Value: hypervisorId, PropagateAtLaunch: false }],
            }),
          ),
        ),
      );
    } catch (error) {
      if (awsName(error) !== 'AlreadyExists') throw error;
      await update(settings);
    }
  };

  const update = async (settings: { readonly AutoScalingGroupName: string; readonly MaxSize: number }) => {
    await call('autoscaling:UpdateAutoScalingGroup', () => client.send(new UpdateAutoScalingGroupCommand(settings)));
  };

  const scale = async (name: string, nodes: AutomaticNodes): Promise<void> => {
    const group = { AutoScalingGroupName: name };
    if (nodes.scaledBy === 'control-plane') {
      await call('autoscaling:DeletePolicy', () =>
        client.send(new DeletePolicyCommand({ ...group, PolicyName: POLICY })),
      ).catch((error: unknown) => {
        // It had none.
        if (awsName(error) !== 'ValidationError') throw error;
      });
      return;
    }
    // Else the group has no metric of how many nodes there are.
    await call('autoscaling:EnableMetricsCollection', () =>
      client.send(
        new EnableMetricsCollectionCommand({ ...group, Granularity: '1Minute', Metrics: ['GroupInServiceInstances'] }),
      ),
    );
    await call('autoscaling:PutScalingPolicy', () =>
      client.send(
        new PutScalingPolicyCommand({
          ...group,
          PolicyName: POLICY,
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingConfiguration: {
            TargetValue: nodes.ordersPerNode,
            CustomizedMetricSpecification: { Metrics: ordersPerNode(nodes.queues, name, nodes.ordersPerNode) },
          },
        }),
      ),
    );
  };

  return {
    async ensureAutoScaling(nodes) {
      const { autoScalingGroupName, launchTemplateName } = serviceAccountNames(stage, hypervisorId);
      await templates.ensure(launchTemplateName, hypervisorId, nodes);
      await place(autoScalingGroupName, nodes, launchTemplateName);
      await scale(autoScalingGroupName, nodes);
      return { autoScalingGroupName, launchTemplateName };
    },
    async describeAutoScaling(name) {
      const group = await find(name);
      if (!group || group.Status !== undefined) return undefined;
      const desired = group.DesiredCapacity ?? 0;
      const inService = (group.Instances ?? []).filter(({ LifecycleState }) => LifecycleState === 'InService').length;
      const problem = desired > inService ? await newestFailure(name) : undefined;
      return {
        zones: [...(group.AvailabilityZones ?? [])].sort(),
        desired,
        inService,
        most: group.MaxSize ?? 0,
        instances: instancesOf(group),
        ...(problem === undefined ? {} : { problem }),
      };
    },
    async setZones(name, zones, among) {
      const VPCZoneIdentifier = (await templates.subnets(zones, among)).join(',');
      await existing(name, 'autoscaling:UpdateAutoScalingGroup', () =>
        client.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: name, VPCZoneIdentifier })),
      );
    },
    async setDesired(name, nodes) {
      await existing(name, 'autoscaling:SetDesiredCapacity', () =>
        client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: nodes })),
      );
    },
    async endNode(name, instanceId) {
      const isThere = async (): Promise<boolean> => {
        const group = await find(name);
        return group !== undefined && instancesOf(group).some((each) => each.instanceId === instanceId && !each.ending);
      };
      // Auto Scaling finds the group by the instance: of another group's it would end that.
      if (!(await isThere())) return;
      try {
        await existing(name, 'autoscaling:TerminateInstanceInAutoScalingGroup', () =>
          client.send(
            new TerminateInstanceInAutoScalingGroupCommand({
              InstanceId: instanceId,
              ShouldDecrementDesiredCapacity: true,
            }),
          ),
        );
      } catch (error) {
        if (error instanceof NotFound) return;
        if (awsName(error) !== 'ValidationError' || (await isThere())) throw error;
      }
    },
    async removeAutoScaling({ autoScalingGroupName, launchTemplateName }) {
      const there = await find(autoScalingGroupName);
      if (there && there.Status === undefined)
        await existing(autoScalingGroupName, 'autoscaling:DeleteAutoScalingGroup', () =>
          client.send(
            new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: autoScalingGroupName, ForceDelete: true }),
          ),
        ).catch((error: unknown) => {
          if (!(error instanceof NotFound)) throw error;
        });
      await templates.remove(launchTemplateName);
    },
  };
};
