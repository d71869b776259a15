/** A machine that waits for an answer to its order's task token, as the transfer machine does. */
export const waitingMachine = (queueUrl: string) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'HandOut',
  States: {
    HandOut: {
      Type: 'Task',
      Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
      Arguments: {
        QueueUrl: queueUrl,
        MessageBody: { taskToken: '{% $states.context.Task.Token %}', of: '{% $states.context.Execution.Name %}' },
      },
      HeartbeatSeconds: 60,
      TimeoutSeconds: 120,
      End: true,
    },
  },
});
