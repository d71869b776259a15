/** Queues, and names of functions, as CloudFormation has them. */
import { putOnFailure } from '../../local/lambda/on-failure.ts';
import { asRoot, type Maker } from './stack.ts';

const QUEUE_ATTRIBUTES = [
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
];
export const QUEUE_PROPERTIES = ['QueueName', ...QUEUE_ATTRIBUTES];

export const queue: Maker = async (stack, { QueueName, ...given }, before) => {
  const attributes = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
  if (before) {
    await asRoot(stack, 'sqs', 'SetQueueAttributes', { QueueUrl: before.ref, Attributes: attributes });
    return before;
  }
  const { QueueUrl } = (await asRoot(stack, 'sqs', 'CreateQueue', { QueueName, Attributes: attributes })) as {
    QueueUrl: string;
  };
  const { accountId, region } = stack.place;
  return {
    ref: QueueUrl,
    attributes: { Arn: `arn:aws:sqs:${region}:${accountId}:${QueueName}`, QueueName: String(QueueName) },
  };
};

export const alias: Maker = async (stack, properties, before) => {
  if (before) return before;
  const { AliasArn } = (await asRoot(stack, 'lambda', 'CreateAlias', properties)) as { AliasArn: string };
  return { ref: AliasArn, attributes: {} };
};

/** Of a function that is deployed later, and called by its name. */
export const eventInvokeConfig: Maker = ({ cloud, place }, { FunctionName, Qualifier, DestinationConfig }) => {
  const { OnFailure, ...others } = DestinationConfig as { readonly OnFailure: { readonly Destination: string } };
  if (Qualifier !== '$LATEST' || Object.keys(others).length > 0)
    throw new Error(`the local deployment knows OnFailure of $LATEST only (${FunctionName})`);
  const name = String(FunctionName);
  putOnFailure(
    cloud.kernel,
    `arn:aws:lambda:${place.region}:${place.accountId}:function:${name}`,
    OnFailure.Destination,
  );
  return { ref: name, attributes: {} };
};
