/**
 * What access nodes are launched with, and as, in a service account that is not the control plane's: CloudFormation to be
 * deployed there once the service hypervisor is added (its id is in every name). Everything is written out: no parameter,
 * and no function but Ref, GetAtt, Base64 and GetAZs.
 *
 * There is no scaling policy in it. The queues are the control plane's, and CloudWatch gives a scaling policy no metrics
 * of another account (cross-account observability is for looking only); a custom metric would need somebody to put it
 * there anyway. So the control plane sets the desired capacity itself, by the hypervisor's role (wantedNodes).
 */
import type { HypervisorId } from '../contracts/ids.ts';
import { ACCESS_NODE_TAG, type AutomaticNodes, serviceAccountNames } from './automatic-nodes.ts';
import { allow, arnOf, FORMAT, inline, POLICY_VERSION, ref, type Template } from './cloudformation.ts';
import { nodeLaunch } from './node-launch.ts';
import { nodeUserData, softwareArn } from './node-user-data.ts';

export interface AccessNodesInput {
  readonly stage: string;
  readonly hypervisorId: HypervisorId;
  readonly controlPlaneAccountId: string;
  /** Absent: nodes are added by hand, and find a role and an instance profile to run as. */
  readonly automatic?: AutomaticNodes;
  /** `s3://bucket/key` that nodes added by hand fetch their software from; absent: their image has it. */
  readonly software?: string;
}

export const accessNodesTemplate = (input: AccessNodesInput): Template => {
  const { stage, hypervisorId, controlPlaneAccountId, automatic } = input;
  const { nodeRoleName, nodeControlRoleName } = serviceAccountNames(stage, hypervisorId);
  const software = automatic?.software ?? input.software;
  return {
    AWSTemplateFormatVersion: FORMAT,
    Description: `Holdfast: access nodes of the service hypervisor ${hypervisorId}`,
    Resources: {
      NodeRole: {
        Type: 'AWS::IAM::Role',
        Properties: {
          RoleName: nodeRoleName,
          AssumeRolePolicyDocument: {
            Version: POLICY_VERSION,
            Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
          },
          Policies: [
            inline('node', [
              allow('sts:AssumeRole', `arn:aws:iam::${controlPlaneAccountId}:role/${nodeControlRoleName}`),
              ...(software === undefined ? [] : [allow('s3:GetObject', softwareArn(software))]),
            ]),
          ],
        },
      },
      NodeProfile: {
        Type: 'AWS::IAM::InstanceProfile',
        Properties: { InstanceProfileName: nodeRoleName, Roles: [ref('NodeRole')] },
      },
      ...(automatic ? launchResources(stage, hypervisorId, automatic) : {}),
    },
    Outputs: { NodeRoleArn: { Description: 'Role of the access nodes', Value: arnOf('NodeRole') } },
  };
};

const launchResources = (stage: string, hypervisorId: HypervisorId, nodes: AutomaticNodes): Template['Resources'] => {
  const { autoScalingGroupName, launchTemplateName } = serviceAccountNames(stage, hypervisorId);
  return {
    LaunchTemplate: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: {
        LaunchTemplateName: launchTemplateName,
        LaunchTemplateData: nodeLaunch(hypervisorId, nodes, ref('NodeProfile'), {
          'Fn::Base64': nodeUserData(nodes),
        }),
      },
    },
    AutoScalingGroup: {
      Type: 'AWS::AutoScaling::AutoScalingGroup',
      Properties: {
        AutoScalingGroupName: autoScalingGroupName,
        LaunchTemplate: {
          LaunchTemplateId: ref('LaunchTemplate'),
          Version: { 'Fn::GetAtt': ['LaunchTemplate', 'LatestVersionNumber'] },
        },
        MinSize: '0',
        MaxSize: String(nodes.most),
        // No desired capacity: an update of the stack would set what the control plane has set since.
        // Which of the subnets are in its zones is seen to as it is checked: a template cannot look.
        ...(nodes.subnets
          ? { VPCZoneIdentifier: nodes.subnets }
          : { AvailabilityZones: nodes.zones.length > 0 ? nodes.zones : { 'Fn::GetAZs': '' } }),
        Tags: [{ Key: ACCESS_NODE_TAG, Value: hypervisorId, PropagateAtLaunch: false }],
      },
    },
  };
};
