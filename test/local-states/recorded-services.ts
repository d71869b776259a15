import { AwsError } from '../../local/kernel/errors.ts';
import { ACCOUNT, lambda, named, REGION, type TestCloud } from './fake-cloud.ts';

interface Consumer {
  readonly workerName?: string | null;
  readonly action: string;
  readonly output?: unknown;
  readonly outputFrom?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly causeFrom?: string;
}

interface Behaviour {
  readonly behaviour?: string;
  readonly value?: unknown;
  readonly valueRepeat?: { text: string; count: number };
  readonly error?: string;
  readonly message?: string;
  readonly seconds?: number;
  readonly worker?: Consumer;
}

/** Puts what the recordings tell of functions, objects and activities in the place of the real services. */
export const standIns = (
  cloud: TestCloud,
  tasks: Readonly<Record<string, Behaviour>>,
  s3: Readonly<Record<string, Readonly<Record<string, string>>>>,
): (() => Promise<void>) => {
  const of = (prefix: string): [string, Behaviour][] =>
    Object.entries(tasks).flatMap(([symbol, task]): [string, Behaviour][] =>
      symbol.startsWith(prefix) ? [[symbol.slice(prefix.length), task]] : [],
    );
  cloud.handlers.set(
    'lambda:Invoke',
    lambda(Object.fromEntries(of('lambda:').map(([name, task]) => [name, (event: unknown) => answer(task, event)]))),
  );
  cloud.handlers.set('s3:GetObject', ({ Bucket, Key }) => {
    const text = s3[String(Bucket)]?.[String(Key)];
    if (text === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    return { Body: Buffer.from(text) };
  });
  return async () => {
    for (const [name, task] of of('activity:')) if (task.worker) await work(cloud, name, task.worker);
  };
};

const answer = (task: Behaviour, event: unknown): unknown => {
  switch (task.behaviour) {
    case 'echo':
      return event;
    case 'return':
      return task.valueRepeat ? task.valueRepeat.text.repeat(task.valueRepeat.count) : task.value;
    case 'raise':
      throw named(task.error ?? '', task.message);
    default:
      throw new Error(`unknown behaviour ${task.behaviour}`);
  }
};

const work = async (cloud: TestCloud, name: string, worker: Consumer): Promise<void> => {
  await cloud.settle();
  const task = await cloud.api<{ taskToken: string; input: string }>('GetActivityTask', {
    activityArn: `arn:aws:states:${REGION}:${ACCOUNT}:activity:${name}`,
    ...(worker.workerName ? { workerName: worker.workerName } : {}),
  });
  await cloud.settle();
  const taskToken = task.taskToken;
  if (worker.action === 'SendTaskSuccess') await cloud.api('SendTaskSuccess', { taskToken, output: task.input });
  if (worker.action === 'SendTaskFailure') {
    await cloud.api('SendTaskFailure', {
      taskToken,
      ...(worker.error === undefined ? {} : { error: worker.error }),
      ...(worker.causeFrom ? { cause: task.input } : {}),
    });
  }
};
