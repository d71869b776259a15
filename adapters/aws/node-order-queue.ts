import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { OrderQueue } from '../../core/ports/node-control.ts';
import { asTransient } from './node-client-settings.ts';

/** SQS says of a receipt that was replaced or ran out: invalid, or its message not in flight. */
const STALE = new Set([
  'ReceiptHandleIsInvalid',
  'MessageNotInflight',
  'AWS.SimpleQueueService.MessageNotInflight',
  'InvalidParameterValue',
]);

export interface SqsOrderQueueOptions {
  /** Its request timeout must be longer than the longest poll. */
  readonly client: SQSClient;
  readonly url: string;
  readonly visibilitySeconds: number;
}

export const createSqsOrderQueue = ({ client, url, visibilitySeconds }: SqsOrderQueueOptions): OrderQueue => {
  const call = async <T>(what: string, send: () => Promise<T>): Promise<T> => {
    try {
      return await send();
    } catch (error) {
      throw asTransient(error, `${what} ${url}`);
    }
  };
  /** True unless the receipt is stale. */
  const withReceipt = async (what: string, send: () => Promise<unknown>): Promise<boolean> => {
    try {
      await send();
      return true;
    } catch (error) {
      if (error instanceof Error && STALE.has(error.name)) return false;
      throw asTransient(error, `${what} ${url}`);
    }
  };

  return {
    url,
    receive: (max, waitSeconds, abortSignal) =>
      call('ReceiveMessage', async () => {
        const { Messages = [] } = await client.send(
          new ReceiveMessageCommand({
            QueueUrl: url,
            MaxNumberOfMessages: max,
            WaitTimeSeconds: waitSeconds,
            VisibilityTimeout: visibilitySeconds,
            MessageSystemAttributeNames: ['ApproximateReceiveCount'],
          }),
          { abortSignal },
        );
        return Messages.flatMap(({ Body, ReceiptHandle, Attributes }) =>
          Body === undefined || ReceiptHandle === undefined
            ? []
            : [{ body: Body, receipt: ReceiptHandle, receiveCount: Number(Attributes?.ApproximateReceiveCount ?? 1) }],
        );
      }),
    setVisibility: (receipt, seconds) =>
      withReceipt('ChangeMessageVisibility', () =>
        client.send(
          new ChangeMessageVisibilityCommand({
            QueueUrl: url,
            ReceiptHandle: receipt,
            VisibilityTimeout: Math.ceil(seconds),
          }),
        ),
      ),
    async delete(receipt) {
      await withReceipt('DeleteMessage', () =>
        client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receipt })),
      );
    },
  };
};
