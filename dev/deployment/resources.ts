import { setTimeout as sleep } from 'node:timers/promises';
import { autoScalingGroup, launchTemplate } from './node-resources.ts';
import type { Deployment, ResourceDefinition } from './read-serverless.ts';
import { asRoot, type Maker, resolveReferences, type Stack } from './stack.ts';

/** Makes a resource, or brings it up to date; what a resource's properties ask for beyond what is read here is refused. */
export const deployResource = async (
  stack: Stack,
  logicalId: string,
  { Type, Properties }: ResourceDefinition,
): Promise<void> => {
  const properties = resolveReferences(stack, Properties) as Record<string, unknown>;
  const make = makers[Type];
  if (!make) throw new Error(`the local deployment makes no ${Type} (${logicalId})`);
  stack.physical.put(logicalId, await make(stack, properties, stack.physical.get(logicalId)));
};

/** The framework makes the REST API itself, under this name; resources refer to it. */
export const API_ID = 'holdfast00';

/** Everything that is not a function, a state machine or an event, in the order of the files. */
export const deployResources = async (stack: Stack, { resources }: Deployment): Promise<void> => {
  stack.physical.put('ApiGatewayRestApi', { ref: API_ID, attributes: {} });
  for (const { Resources } of resources)
    for (const [logicalId, resource] of Object.entries(Resources)) await deployResource(stack, logicalId, resource);
};

const role: Maker = ({ cloud, place }, properties) => {
  const name = String(properties.RoleName);
  const policies = properties.Policies as { PolicyName: string; PolicyDocument: never }[];
  const { arn } = cloud.admin.putRole({
    accountId: place.accountId,
    name,
    trustPolicy: properties.AssumeRolePolicyDocument as never,
    policies: Object.fromEntries(policies.map(({ PolicyName, PolicyDocument }) => [PolicyName, PolicyDocument])),
  });
  return { ref: name, attributes: { Arn: arn } };
};

const table: Maker = async (stack, properties, before) => {
  if (before) return before;
  // What guards a table against those who may change the deployment: nothing here asks for it.
  const { PointInTimeRecoverySpecification: _, DeletionProtectionEnabled: __, ...input } = properties;
  await asRoot(stack, 'dynamodb', 'CreateTable', input);
  // It can be used once it is active.
  for (let status = 'CREATING'; status !== 'ACTIVE'; await sleep(5)) {
    const answer = await asRoot(stack, 'dynamodb', 'DescribeTable', { TableName: properties.TableName });
    status = (answer as { Table: { TableStatus: string } }).Table.TableStatus;
  }
  return { ref: String(properties.TableName), attributes: {} };
};

const bucket: Maker = async (stack, properties, before) => {
  const name = String(properties.BucketName);
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

const alreadyThere = (error: unknown): void => {
  if (!(error instanceof Error && ['ConflictException', 'EntityAlreadyExists', 'LimitExceeded'].includes(error.name)))
    throw error;
};

const scheduleGroup: Maker = async (stack, { Name }) => {
  await asRoot(stack, 'scheduler', 'CreateScheduleGroup', { Name }).catch(alreadyThere);
  return { ref: String(Name), attributes: {} };
};

const schedule: Maker = async (stack, properties, before) => {
  await asRoot(stack, 'scheduler', before ? 'UpdateSchedule' : 'CreateSchedule', properties);
  return { ref: String(properties.Name), attributes: {} };
};

const instanceProfile: Maker = async (stack, { InstanceProfileName: name, Roles }) => {
  await asRoot(stack, 'iam', 'CreateInstanceProfile', { InstanceProfileName: name }).catch(alreadyThere);
  for (const RoleName of Roles as string[])
    await asRoot(stack, 'iam', 'AddRoleToInstanceProfile', { InstanceProfileName: name, RoleName }).catch(alreadyThere);
  return {
    ref: String(name),
    attributes: { Arn: `arn:aws:iam::${stack.place.accountId}:instance-profile/${String(name)}` },
  };
};

/** Only noted: the REST API is deployed later, with all of them. */
const gatewayResponse: Maker = (_stack, { ResponseType }) => ({ ref: String(ResponseType), attributes: {} });

const makers: Readonly<Record<string, Maker>> = {
  'AWS::IAM::Role': role,
  'AWS::DynamoDB::Table': table,
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': bucketPolicy,
  'AWS::KMS::Key': key,
  'AWS::Scheduler::ScheduleGroup': scheduleGroup,
  'AWS::Scheduler::Schedule': schedule,
  'AWS::IAM::InstanceProfile': instanceProfile,
  'AWS::ApiGateway::GatewayResponse': gatewayResponse,
  'AWS::EC2::LaunchTemplate': launchTemplate,
  'AWS::AutoScaling::AutoScalingGroup': autoScalingGroup,
};
