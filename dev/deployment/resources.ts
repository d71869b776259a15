import { setTimeout as sleep } from 'node:timers/promises';
import {
  alreadyThere,
  instanceProfile,
  MANAGED_POLICY_PROPERTIES,
  managedPolicy,
  ROLE_PROPERTIES,
  role,
  USER_PROPERTIES,
  user,
} from './iam-resources.ts';
import { autoScalingGroup, launchTemplate } from './node-resources.ts';
import { ALARM_PROPERTIES, alarm, dashboard, eventRule, topic, topicPolicy } from './notification-resources.ts';
import { alias, eventInvokeConfig, QUEUE_PROPERTIES, queue } from './queue-resources.ts';
import type { Deployment, ResourceDefinition } from './read-serverless.ts';
import { asRoot, type Maker, resolveReferences, type Stack } from './stack.ts';

/** What a resource may say beside its properties: what becomes of it when it leaves the stack, which none does here, and
 * what it comes after (here all are made in the order of the files, and functions after them). */
const BESIDE = ['Type', 'Properties', 'DeletionPolicy', 'UpdateReplacePolicy', 'DependsOn'];

const refuseOthers = (what: string, given: object, known: readonly string[]): void => {
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`the local deployment does not know ${unknown.join(', ')} of ${what}`);
};

/** Makes a resource, or brings it up to date; what it asks for beyond what is known here is refused. */
export const deployResource = async (stack: Stack, logicalId: string, resource: ResourceDefinition): Promise<void> => {
  const kind = KINDS[resource.Type];
  if (!kind) throw new Error(`the local deployment makes no ${resource.Type} (${logicalId})`);
  const what = `${logicalId}, ${resource.Type}`;
  refuseOthers(what, resource, BESIDE);
  refuseOthers(what, resource.Properties, [...kind.reads, ...(kind.leaves ?? [])]);
  const properties = resolveReferences(stack, resource.Properties) as Record<string, unknown>;
  stack.physical.put(logicalId, await kind.make(stack, properties, stack.physical.get(logicalId)));
};

/** The framework makes the REST API itself, under this name; resources refer to it. */
export const API_ID = 'holdfast00';

/** Everything that is not a function, a state machine or an event, in the order of the files. */
export const deployResources = async (stack: Stack, { resources }: Deployment): Promise<void> => {
  stack.physical.put('ApiGatewayRestApi', { ref: API_ID, attributes: {} });
  for (const { Resources } of resources)
    for (const [logicalId, resource] of Object.entries(Resources)) await deployResource(stack, logicalId, resource);
};

const ACTIVE_WITHIN_MS = 60_000;

const table: Maker = async (stack, properties, before) => {
  if (before) return before;
  // What guards a table against those who may change the deployment: nothing here asks for it.
  const { PointInTimeRecoverySpecification: _, DeletionProtectionEnabled: __, ...input } = properties;
  await asRoot(stack, 'dynamodb', 'CreateTable', input);
  // It can be used once it is active.
  const limit = Date.now() + ACTIVE_WITHIN_MS;
  for (let status = 'CREATING'; status !== 'ACTIVE'; await sleep(5)) {
    if (Date.now() > limit) throw new Error(`the table ${properties.TableName} is ${status} after a minute`);
    const answer = await asRoot(stack, 'dynamodb', 'DescribeTable', { TableName: properties.TableName });
    status = (answer as { Table: { TableStatus: string } }).Table.TableStatus;
  }
  return { ref: String(properties.TableName), attributes: {} };
};

const bucket: Maker = async (stack, properties, before) => {
  const name = String(properties.BucketName);
  const versioned = properties.VersioningConfiguration as { readonly Status: string } | undefined;
  if ((versioned?.Status === 'Enabled') !== (properties.ObjectLockEnabled === true))
    throw new Error(`the local deployment makes versioned buckets with Object Lock only: ${name}`);
  if (!before)
    await asRoot(stack, 's3', 'CreateBucket', {
      Bucket: name,
      ...(properties.ObjectLockEnabled === true ? { ObjectLockEnabledForBucket: true } : {}),
      ...(stack.place.region === 'us-east-1'
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: stack.place.region } }),
    });
  return { ref: name, attributes: { Arn: `arn:aws:s3:::${name}` } };
};

const bucketPolicy: Maker = async (stack, { Bucket, PolicyDocument }) => {
  await asRoot(stack, 's3', 'PutBucketPolicy', { Bucket, Policy: JSON.stringify(PolicyDocument) });
  return { ref: String(Bucket), attributes: {} };
};

const key: Maker = async (stack, properties, before) => {
  if (before) return before;
  const answer = (await asRoot(stack, 'kms', 'CreateKey', {
    Description: properties.Description,
    Policy: JSON.stringify(properties.KeyPolicy),
  })) as { KeyMetadata: { KeyId: string; Arn: string } };
  return { ref: answer.KeyMetadata.KeyId, attributes: { Arn: answer.KeyMetadata.Arn } };
};

const scheduleGroup: Maker = async (stack, { Name }) => {
  await asRoot(stack, 'scheduler', 'CreateScheduleGroup', { Name }).catch(alreadyThere);
  return { ref: String(Name), attributes: {} };
};

const schedule: Maker = async (stack, properties, before) => {
  // in another group it is another one
  const GroupName = String(properties.GroupName);
  const there = before?.attributes.GroupName === GroupName;
  await asRoot(stack, 'scheduler', there ? 'UpdateSchedule' : 'CreateSchedule', properties);
  if (before?.attributes.GroupName !== undefined && !there)
    await asRoot(stack, 'scheduler', 'DeleteSchedule', { Name: before.ref, GroupName: before.attributes.GroupName });
  return { ref: String(properties.Name), attributes: { GroupName } };
};

/** Only noted: the REST API is deployed later, with all of them. */
const gatewayResponse: Maker = (_stack, { ResponseType }) => ({ ref: String(ResponseType), attributes: {} });

interface Kind {
  readonly make: Maker;
  /** The properties that `make` reads, or hands on to a service that refuses what it does not know. */
  readonly reads: readonly string[];
  /** Of no effect here: the local cloud makes no object public, expires none and turns no key. */
  readonly leaves?: readonly string[];
}

const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::IAM::Role': { make: role, reads: ROLE_PROPERTIES },
  'AWS::IAM::User': { make: user, reads: USER_PROPERTIES },
  'AWS::IAM::ManagedPolicy': { make: managedPolicy, reads: MANAGED_POLICY_PROPERTIES },
  'AWS::IAM::InstanceProfile': { make: instanceProfile, reads: ['InstanceProfileName', 'Roles'] },
  'AWS::DynamoDB::Table': {
    make: table,
    reads: ['TableName', 'BillingMode', 'AttributeDefinitions', 'KeySchema'],
    leaves: ['PointInTimeRecoverySpecification', 'DeletionProtectionEnabled'],
  },
  'AWS::S3::Bucket': {
    make: bucket,
    reads: ['BucketName', 'ObjectLockEnabled', 'VersioningConfiguration'],
    leaves: ['PublicAccessBlockConfiguration', 'LifecycleConfiguration'],
  },
  'AWS::S3::BucketPolicy': { make: bucketPolicy, reads: ['Bucket', 'PolicyDocument'] },
  'AWS::KMS::Key': { make: key, reads: ['Description', 'KeyPolicy'], leaves: ['EnableKeyRotation'] },
  'AWS::Scheduler::ScheduleGroup': { make: scheduleGroup, reads: ['Name'] },
  'AWS::Scheduler::Schedule': {
    make: schedule,
    reads: ['Name', 'GroupName', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'FlexibleTimeWindow', 'Target'],
  },
  'AWS::ApiGateway::GatewayResponse': {
    make: gatewayResponse,
    reads: ['RestApiId', 'ResponseType', 'StatusCode', 'ResponseParameters', 'ResponseTemplates'],
  },
  'AWS::SNS::Topic': { make: topic, reads: ['TopicName', 'DisplayName', 'KmsMasterKeyId'] },
  'AWS::SNS::TopicPolicy': { make: topicPolicy, reads: ['Topics', 'PolicyDocument'] },
  'AWS::Events::Rule': { make: eventRule, reads: ['Name', 'EventPattern', 'Targets'], leaves: ['Description'] },
  'AWS::CloudWatch::Alarm': { make: alarm, reads: ALARM_PROPERTIES },
  'AWS::CloudWatch::Dashboard': { make: dashboard, reads: ['DashboardName', 'DashboardBody'] },
  'AWS::EC2::LaunchTemplate': {
    make: launchTemplate,
    reads: ['LaunchTemplateName', 'LaunchTemplateData', 'TagSpecifications'],
  },
  'AWS::SQS::Queue': { make: queue, reads: QUEUE_PROPERTIES },
  'AWS::Lambda::EventInvokeConfig': {
    make: eventInvokeConfig,
    reads: ['FunctionName', 'Qualifier', 'DestinationConfig'],
  },
  'AWS::Lambda::Alias': { make: alias, reads: ['FunctionName', 'FunctionVersion', 'Name', 'Description'] },
  'AWS::AutoScaling::AutoScalingGroup': {
    make: autoScalingGroup,
    reads: [
      'AutoScalingGroupName',
      'LaunchTemplate',
      'MinSize',
      'MaxSize',
      'AvailabilityZones',
      'VPCZoneIdentifier',
      'Tags',
    ],
  },
};
