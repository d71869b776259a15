import type { Kernel } from '../kernel/service.ts';
import type { FunctionRecord } from './functions.ts';

const destinations = ({ store }: Pick<Kernel, 'store'>) =>
  store.table<{ readonly queueArn: string }>('lambda.on-failure');

/** Where an asynchronous invocation goes that has failed each time: a queue, by the function's ARN. */
export const putOnFailure = (kernel: Kernel, functionArn: string, queueArn: string): void =>
  destinations(kernel).put(functionArn, { queueArn });

export const onFailure = (kernel: Kernel, functionArn: string): string | undefined =>
  destinations(kernel).get(functionArn)?.queueArn;

/** Sends what Lambda's destinations are told, as the function's role. Throws AwsError. */
export const sendFailure = async (
  kernel: Kernel,
  { roleArn, functionName, arn }: FunctionRecord,
  queueArn: string,
  invocation: { readonly requestId: string; readonly payload: string; readonly failures: number },
): Promise<void> => {
  const [, , , region = '', accountId = '', name = ''] = queueArn.split(':');
  const role = await kernel.serviceSession('lambda.amazonaws.com', roleArn, functionName, arn);
  await kernel.call(role, region, 'sqs', 'SendMessage', {
    QueueUrl: `${kernel.endpoint}/${accountId}/${name}`,
    MessageBody: JSON.stringify({
      version: '1.0',
      timestamp: new Date(kernel.clock.now()).toISOString(),
      requestContext: {
        requestId: invocation.requestId,
        functionArn: `${arn}:$LATEST`,
        condition: 'RetriesExhausted',
        approximateInvokeCount: invocation.failures + 1,
      },
      requestPayload: JSON.parse(invocation.payload),
    }),
  });
};
