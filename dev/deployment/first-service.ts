/**
 * What the first service hypervisor in the deployment's own account is made of, as part of its stack: queues, and what
 * launches nodes. It is the one that is added with the idempotency key `first`, from which its id follows, and with it
 * all names: adding it finds them there. Later ones are made as they are added.
 */
import { createHash } from 'node:crypto';
import type { HypervisorId } from '../../core/contracts/ids.ts';
import {
  ACCESS_NODE_TAG,
  type AutomaticNodes,
  LATEST_IMAGE,
  MOST_NODES,
  serviceAccountNames,
} from '../../core/domain/automatic-nodes.ts';
import { inline, ref } from '../../core/domain/cloudformation.ts';
import { derivedId } from '../../core/domain/derived-id.ts';
import { nodeLaunch } from '../../core/domain/node-launch.ts';
import { nodeUserData } from '../../core/domain/node-user-data.ts';
import { automaticNodesOf } from '../../core/domain/nodes-of-service.ts';
import { windowsNodeUserData } from '../../core/domain/windows-node-user-data.ts';
import { nodePermissions } from '../../functions/wiring/node-permissions.ts';
import type { Place, ResourceDefinition } from './read-serverless.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** `hypervisor add service --idempotency-key first` */
const KEY = 'first';
export const FIRST_SERVICE = derivedId(sha256, 'hv', 'operator', 'hypervisors', KEY) as HypervisorId;

/** Amazon's newest Windows without a desktop; Auto Scaling looks the parameter up at each launch. */
const WINDOWS_IMAGE = 'resolve:ssm:/aws/service/ami-windows-latest/Windows_Server-2025-English-Core-Base';
/** Windows runs on x86. */
const WINDOWS_TYPE = 'c7i.xlarge';

/** An order's message comes again when its node died, or gave it back: the broker sets such an order aside long before. */
const MOST_RECEIVES = 100;

type Resources = Readonly<Record<string, ResourceDefinition>>;
type Custom = Readonly<Record<string, unknown>> & { readonly name: string };

const tags = [{ Key: ACCESS_NODE_TAG, Value: FIRST_SERVICE }];

const queues = (name: string): Resources => {
  const queue = (end: string, more: Readonly<Record<string, unknown>>): ResourceDefinition => ({
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: `${name}-${FIRST_SERVICE}-${end}`,
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
      ...more,
    },
  });
  const orders = {
    VisibilityTimeout: 60,
    ReceiveMessageWaitTimeSeconds: 20,
    RedrivePolicy: {
      deadLetterTargetArn: { 'Fn::GetAtt': ['FirstServiceDeadLetters', 'Arn'] },
      maxReceiveCount: MOST_RECEIVES,
    },
  };
  return {
    FirstServiceDeadLetters: queue('dead', {}),
    FirstServiceRestores: queue('restores', orders),
    FirstServiceWork: queue('work', orders),
    FirstServiceDeadLettersAlarm: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmName: `${name}-dead-letters`,
        AlarmDescription: `Orders came back ${MOST_RECEIVES} times over, and are handed out no more. See holdfast quarantine list.`,
        Namespace: 'AWS/SQS',
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['FirstServiceDeadLetters', 'QueueName'] } }],
        Statistic: 'Maximum',
        Period: 300,
        EvaluationPeriods: 1,
        DatapointsToAlarm: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 0,
        // SQS says nothing of a queue that nobody uses.
        TreatMissingData: 'notBreaching',
        AlarmActions: [ref('AlarmsTopic')],
        OKActions: [ref('AlarmsTopic')],
      },
    },
  };
};

/** As the operators' API makes it (adapters/aws/iam-node-roles.ts), under the same boundary. */
const nodeRole = (logicalId: string, RoleName: string, document: unknown): Resources => ({
  [`${logicalId}Role`]: {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName,
      Description: `Access nodes of the Holdfast service hypervisor ${FIRST_SERVICE}`,
      PermissionsBoundary: ref('NodeBoundary'),
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      Policies: [{ ...inline('node', []), PolicyDocument: document }],
      Tags: tags,
    },
  },
  [`${logicalId}Profile`]: {
    Type: 'AWS::IAM::InstanceProfile',
    Properties: { InstanceProfileName: RoleName, Roles: [ref(`${logicalId}Role`)] },
  },
});

/**
 * From none to `MOST_NODES`; nothing runs, and nothing is paid, until somebody or something asks for nodes. `version`: of
 * the launch template.
 */
const group = (
  logicalId: string,
  name: string,
  nodes: AutomaticNodes,
  userData: string,
  version: unknown = { 'Fn::GetAtt': [`${logicalId}LaunchTemplate`, 'LatestVersionNumber'] },
): Resources => ({
  [`${logicalId}LaunchTemplate`]: {
    Type: 'AWS::EC2::LaunchTemplate',
    Properties: {
      LaunchTemplateName: name,
      LaunchTemplateData: nodeLaunch(FIRST_SERVICE, nodes, ref(`${logicalId}Profile`), { 'Fn::Base64': userData }),
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: tags }],
    },
  },
  [`${logicalId}Group`]: {
    Type: 'AWS::AutoScaling::AutoScalingGroup',
    Properties: {
      AutoScalingGroupName: name,
      LaunchTemplate: {
        LaunchTemplateId: ref(`${logicalId}LaunchTemplate`),
        Version: version,
      },
      MinSize: '0',
      MaxSize: String(MOST_NODES),
      // No desired capacity: an update of the stack would set what has been set since.
      ...(nodes.subnets ? { VPCZoneIdentifier: nodes.subnets } : { AvailabilityZones: { 'Fn::GetAZs': '' } }),
      Tags: tags.map((tag) => ({ ...tag, PropagateAtLaunch: false })),
    },
  },
});

/** The resources, in an order in which each is made after those that it names. */
export const firstServiceResources = ({ stage, region, accountId }: Place, custom: Custom): Resources => {
  const setting = (name: string): string | undefined => (custom[name] ? String(custom[name]) : undefined);
  const { autoScalingGroupName, nodeControlRoleName } = serviceAccountNames(stage, FIRST_SERVICE);
  const subnets = setting('nodeSubnets')?.split(',');
  const url = (end: string) =>
    `https://sqs.${region}.amazonaws.com/${accountId}/${custom.name}-${FIRST_SERVICE}-${end}`;
  const nodesOf = (software: string | undefined): AutomaticNodes =>
    automaticNodesOf(
      {
        stage,
        controlPlaneAccountId: accountId,
        region,
        brokerFunctionArn: `arn:aws:lambda:${region}:${accountId}:function:${custom.name}-broker`,
        nodeImageId: setting('nodeImage') ?? LATEST_IMAGE,
        ...(software === undefined ? {} : { nodeSoftware: software }),
        ...(subnets === undefined ? {} : { nodeSubnets: subnets }),
      },
      { hypervisorId: FIRST_SERVICE, accountId, region, queues: { restores: url('restores'), work: url('work') } },
      [{}],
    );
  const permissions = (software: string | undefined) =>
    nodePermissions({ stage, accountId, region, ...(software === undefined ? {} : { nodeSoftware: software }) })(
      FIRST_SERVICE,
    );
  const software = setting('nodeSoftware');
  const linux = nodesOf(software);
  const windowsSoftware = setting('windowsNodeSoftware');
  const windows = {
    ...nodesOf(windowsSoftware),
    imageId: setting('windowsNodeImage') ?? WINDOWS_IMAGE,
    instanceType: WINDOWS_TYPE,
  };
  return {
    ...queues(custom.name),
    FirstServiceBrokerName: {
      Type: 'AWS::Lambda::Alias',
      Properties: {
        FunctionName: ref('BrokerLambdaFunction'),
        FunctionVersion: '$LATEST',
        Name: FIRST_SERVICE,
        Description: `Access nodes of ${FIRST_SERVICE}`,
      },
    },
    ...nodeRole('FirstServiceNode', nodeControlRoleName, permissions(software)),
    // The control plane takes this group over as the hypervisor is added: from then on it launches the newest version, in
    // the zones of the VM groups. A version that changed here would have CloudFormation put its own zones back, which Auto
    // Scaling refuses as others than those of the group's subnets: the upgrade would fail.
    ...group('FirstServiceNode', autoScalingGroupName, linux, nodeUserData(linux), '1'),
    ...nodeRole('FirstServiceWindowsNode', `${nodeControlRoleName}-windows`, permissions(windowsSoftware)),
    ...group('FirstServiceWindowsNode', `${autoScalingGroupName}-windows`, windows, windowsNodeUserData(windows)),
  };
};
