import { AwsError } from '../../local/kernel/errors.ts';
import { ACCOUNT, lambda, named, REGION, type TestCloud } from './fake-cloud.ts';

interface Worker {
  readonly workerName?: string | null;
  readonly action: string;
  readonly delaySeconds?: number;
  readonly heartbeats?: number;
  readonly output?: unknown;
  readonly outputFrom?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly causeFrom?: string;
}

/** What stands behind a symbol of the recordings. */
export interface Behaviour {
  readonly behaviour?: string;
  readonly value?: unknown;
  readonly valueRepeat?: { text: string; count: number };
  readonly error?: string;
  readonly message?: string;
  readonly seconds?: number;
  readonly worker?: Worker;
  readonly consumer?: Worker | null;
}

type Objects = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Puts what the recordings tell of functions, objects, queues and activities in the place of the real services. */
export const standIns = (
  cloud: TestCloud,
  tasks: Readonly<Record<string, Behaviour>>,
  s3: Objects,
): (() => Promise<void>) => {
  const of = (prefix: string): [string, Behaviour][] =>
    Object.entries(tasks).flatMap(([symbol, task]): [string, Behaviour][] =>
      symbol.startsWith(prefix) ? [[symbol.slice(prefix.length), task]] : [],
    );
  const functions = of('lambda:').map(
    ([name, task]) => [name, (event: unknown) => answer(cloud, task, event)] as const,
  );
  cloud.handlers.set('lambda:Invoke', lambda(Object.fromEntries(functions)));
  cloud.handlers.set('sqs:SendMessage', (input) => receive(cloud, tasks['sqs:queue'], input));
  cloud.handlers.set('s3:GetObject', ({ Bucket, Key }) => {
    const text = s3[String(Bucket)]?.[String(Key)];
    if (text === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    return { Body: Buffer.from(text) };
  });
  cloud.handlers.set('s3:ListObjectsV2', ({ Bucket }) => ({
    Contents: Object.entries(s3[String(Bucket)] ?? {}).map(([Key, text]) => ({
      Key,
      ETag: '"0"',
      LastModified: '2026-01-01T00:00:00.000Z',
      Size: text.length,
    })),
  }));
  return async () => {
    for (const [name, task] of of('activity:')) if (task.worker) await poll(cloud, name, task.worker);
  };
};

const after = (cloud: TestCloud, seconds: number): Promise<void> =>
  new Promise((resolve) => cloud.clock.at(cloud.clock.now() + seconds * 1000, resolve));

const answer = async (cloud: TestCloud, task: Behaviour, event: unknown): Promise<unknown> => {
  switch (task.behaviour) {
    case 'echo':
      return event;
    case 'return':
      return task.valueRepeat ? task.valueRepeat.text.repeat(task.valueRepeat.count) : task.value;
    case 'raise':
      throw named(task.error ?? '', task.message);
    case 'sleep':
      await after(cloud, task.seconds ?? 0);
      return event;
    default:
      throw new Error(`unknown behaviour ${task.behaviour}`);
  }
};

const receive = (
  cloud: TestCloud,
  queue: Behaviour | undefined,
  { QueueUrl, MessageBody, MessageAttributes }: Record<string, unknown>,
) => {
  if (!String(QueueUrl).endsWith('/queue')) {
    const host = String(QueueUrl).replace('http://', '');
    throw new AwsError('SdkClientException', `Unable to execute HTTP request: ${host}: Name or service not known`, 500);
  }
  if (MessageBody === undefined) {
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  }
  const text = String(MessageBody);
  if (queue?.consumer) void consume(cloud, queue.consumer, text);
  const attributes = MessageAttributes ? { MD5OfMessageAttributes: '0' } : {};
  return { MD5OfMessageBody: '0', MessageId: '0', ...attributes };
};

const consume = async (cloud: TestCloud, worker: Worker, text: string): Promise<void> => {
  const body = JSON.parse(text) as Record<string, unknown>;
  const { TaskToken: taskToken } = body;
  await after(cloud, worker.delaySeconds ?? 0);
  for (let beat = 0; beat < (worker.heartbeats ?? 0); beat++) await cloud.api('SendTaskHeartbeat', { taskToken });
  const output = worker.outputFrom === '$body' ? body : worker.outputFrom ? body.Message : worker.output;
  await send(cloud, worker, taskToken, JSON.stringify(output));
};

const poll = async (cloud: TestCloud, name: string, worker: Worker): Promise<void> => {
  await cloud.settle();
  const task = await cloud.api<{ taskToken: string; input: string }>('GetActivityTask', {
    activityArn: `arn:aws:states:${REGION}:${ACCOUNT}:activity:${name}`,
    ...(worker.workerName ? { workerName: worker.workerName } : {}),
  });
  await cloud.settle();
  await send(cloud, worker, task.taskToken, task.input);
};

const send = async (cloud: TestCloud, worker: Worker, taskToken: unknown, text: string): Promise<void> => {
  if (worker.action === 'SendTaskSuccess') await cloud.api('SendTaskSuccess', { taskToken, output: text });
  if (worker.action === 'SendTaskFailure') {
    await cloud.api('SendTaskFailure', {
      taskToken,
      ...(worker.error === undefined ? {} : { error: worker.error }),
      ...(worker.causeFrom ? { cause: text } : worker.cause === undefined ? {} : { cause: worker.cause }),
    });
  }
};
