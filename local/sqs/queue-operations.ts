import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { invalidAttributeName, invalidParameter, queueDoesNotExist } from './errors.ts';
import { changeAttributes, redrivePolicyOf, shownSettings } from './queue-attributes.ts';
import { pinnedPolicyOf } from './queue-policy.ts';
import { queueUrl } from './queue-url.ts';
import { type Queue, type Queues, queueAccess, queueArn } from './queues.ts';

const textMap = z.record(z.string(), z.string());
const queueOnly = z.strictObject({ QueueUrl: z.string() });

const sameSettings = (a: Record<string, string>, b: Record<string, string>): boolean =>
  Object.keys({ ...a, ...b }).every((name) => a[name] === b[name]);

/** Throws InvalidParameterValue unless the dead-letter queue exists beside the queue. */
const assertRedrive = (queues: Queues, queue: Queue): void => {
  const target = redrivePolicyOf(queue.attributes)?.deadLetterTargetArn;
  if (target === undefined) return;
  const dead = queues.find(target);
  if (!dead || dead.accountId !== queue.accountId || dead.region !== queue.region)
    throw invalidParameter('RedrivePolicy', queue.attributes.RedrivePolicy, 'Dead letter target does not exist.');
};

export const createQueue = (queues: Queues): Operation =>
  operation({
    name: 'CreateQueue',
    input: z.strictObject({ QueueName: z.string(), Attributes: textMap.optional(), tags: textMap.optional() }),
    access: (input, call) => [
      { action: 'sqs:CreateQueue', resource: queueArn(call.region, call.accountId, input.QueueName) },
    ],
    run(input, call) {
      if (!/^[\w-]{1,80}$/.test(input.QueueName))
        throw new AwsError(
          'InvalidParameterValue',
          'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
          400,
        );
      const arn = queueArn(call.region, call.accountId, input.QueueName);
      const now = queues.kernel.clock.now();
      const attributes = changeAttributes({}, input.Attributes ?? {});
      const queue: Queue = {
        name: input.QueueName,
        accountId: call.accountId,
        region: call.region,
        arn,
        attributes,
        ...pinnedPolicyOf(queues.kernel, arn, attributes),
        ...(input.tags && { tags: input.tags }),
        createdAt: now,
        modifiedAt: now,
      };
      const existing = queues.find(arn);
      if (!existing) {
        assertRedrive(queues, queue);
        queues.put(queue);
      } else if (
        !sameSettings(
          { ...shownSettings(existing.attributes), ...input.Attributes },
          shownSettings(existing.attributes),
        )
      ) {
        throw new AwsError(
          'QueueNameExists',
          'A queue already exists with the same name and a different value for an attribute.',
          400,
        );
      }
      return { QueueUrl: queueUrl(queues.kernel, queue) };
    },
  });

export const getQueueUrl = (queues: Queues): Operation =>
  operation({
    name: 'GetQueueUrl',
    input: z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() }),
    access(input, call) {
      const queue = queues.find(queueArn(call.region, input.QueueOwnerAWSAccountId ?? call.accountId, input.QueueName));
      if (!queue) throw queueDoesNotExist();
      return [queueAccess(queue, 'GetQueueUrl', call)];
    },
    run(input, call) {
      const queue = queues.find(queueArn(call.region, input.QueueOwnerAWSAccountId ?? call.accountId, input.QueueName));
      if (!queue) throw queueDoesNotExist();
      return { QueueUrl: queueUrl(queues.kernel, queue) };
    },
  });

export const getQueueAttributes = (queues: Queues): Operation =>
  operation({
    name: 'GetQueueAttributes',
    input: z.strictObject({ QueueUrl: z.string(), AttributeNames: z.array(z.string()).optional() }),
    access: (input, call) => [queueAccess(queues.open(input.QueueUrl, call.region), 'GetQueueAttributes', call)],
    run(input, call) {
      const queue = queues.open(input.QueueUrl, call.region);
      const { visible, inFlight, delayed } = queues.messages(queue).counts();
      const all: Record<string, string> = {
        ...shownSettings(queue.attributes),
        QueueArn: queue.arn,
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesNotVisible: String(inFlight),
        ApproximateNumberOfMessagesDelayed: String(delayed),
        CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
        LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
      };
      const names = input.AttributeNames ?? [];
      if (names.includes('All')) return { Attributes: all };
      const known = new Set([...Object.keys(all), 'Policy', 'RedrivePolicy']);
      for (const name of names) if (!known.has(name)) throw invalidAttributeName(name);
      return { Attributes: Object.fromEntries(names.flatMap((name) => (name in all ? [[name, all[name]]] : []))) };
    },
  });

export const setQueueAttributes = (queues: Queues): Operation =>
  operation({
    name: 'SetQueueAttributes',
    input: z.strictObject({ QueueUrl: z.string(), Attributes: textMap }),
    access: (input, call) => [queueAccess(queues.open(input.QueueUrl, call.region), 'SetQueueAttributes', call)],
    run(input, call) {
      const queue = queues.open(input.QueueUrl, call.region);
      const { pinnedPolicy, ...kept } = queue;
      const attributes = changeAttributes(queue.attributes, input.Attributes);
      const policy =
        input.Attributes.Policy === undefined
          ? pinnedPolicy && { pinnedPolicy }
          : pinnedPolicyOf(queues.kernel, queue.arn, attributes);
      const changed = {
        ...kept,
        attributes,
        ...policy,
        modifiedAt: queues.kernel.clock.now(),
      };
      assertRedrive(queues, changed);
      queues.put(changed);
      return {};
    },
  });

export const listQueues = (queues: Queues): Operation =>
  operation({
    name: 'ListQueues',
    input: z.strictObject({
      QueueNamePrefix: z.string().optional(),
      MaxResults: z.number().int().min(1).max(1000).optional(),
      NextToken: z.string().optional(),
    }),
    access: () => [{ action: 'sqs:ListQueues', resource: '*' }],
    run(input, call) {
      const all = Array.from(queues.list(call.region, call.accountId, input.QueueNamePrefix), (queue) =>
        queueUrl(queues.kernel, queue),
      );
      const start = input.NextToken === undefined ? 0 : all.findIndex((url) => url > tokenUrl(input.NextToken));
      const rest = start < 0 ? [] : all.slice(start);
      const page = rest.slice(0, input.MaxResults ?? 1000);
      return {
        QueueUrls: page,
        // Without MaxResults, SQS gives the first 1,000 and no token.
        ...(input.MaxResults !== undefined &&
          page.length < rest.length && { NextToken: Buffer.from(page.at(-1) ?? '').toString('base64url') }),
      };
    },
  });

const tokenUrl = (token = ''): string => Buffer.from(token, 'base64url').toString();

export const deleteQueue = (queues: Queues): Operation =>
  operation({
    name: 'DeleteQueue',
    input: queueOnly,
    access: (input, call) => [queueAccess(queues.open(input.QueueUrl, call.region), 'DeleteQueue', call)],
    run(input, call) {
      queues.delete(queues.open(input.QueueUrl, call.region));
      return {};
    },
  });

export const purgeQueue = (queues: Queues): Operation =>
  operation({
    name: 'PurgeQueue',
    input: queueOnly,
    access: (input, call) => [queueAccess(queues.open(input.QueueUrl, call.region), 'PurgeQueue', call)],
    run(input, call) {
      queues.messages(queues.open(input.QueueUrl, call.region)).purge();
      return {};
    },
  });
