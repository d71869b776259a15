import type { Cloud } from '../../local/cloud.ts';
import type { Principal } from '../../local/kernel/service.ts';

export const ACCOUNT = '111111111111';
export const MACHINE = 'nightly';
export const QUEUE_NAME = 'orders';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/machine`;
export const EXECUTION = `arn:aws:states:us-east-1:${ACCOUNT}:execution:${MACHINE}:job-1`;

/** Two branches: an order whose token somebody must answer, and a short rest. */
export const definition = (queueUrl: string): string =>
  JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Both',
    States: {
      Both: {
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'Order',
            States: {
              Order: {
                Type: 'Task',
                Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
                Arguments: { QueueUrl: queueUrl, MessageBody: '{% $states.context.Task.Token %}' },
                TimeoutSeconds: 600,
                End: true,
              },
            },
          },
          { StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 2, Output: 'rested', End: true } } },
        ],
        End: true,
      },
    },
  });

/** The account, its role for the machine, and who calls: the account's root. */
export const prepare = async ({ admin }: Cloud): Promise<Principal> => {
  const all = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } } as const;
  admin.createAccount(ACCOUNT, 'control plane');
  admin.putRole({
    accountId: ACCOUNT,
    name: 'machine',
    trustPolicy: {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' },
    },
    policies: { all },
  });
  return { kind: 'root', accountId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, userId: ACCOUNT };
};
