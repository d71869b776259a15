import { SendTaskFailureCommand, SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { TaskAnswers } from '../../core/ports/node-control.ts';
import { asTransient } from './node-client-settings.ts';

/** The token's task was answered, timed out or was stopped: nobody waits for this answer. */
const DEAD = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);
const LONGEST_ERROR = 256;
const LONGEST_CAUSE = 32_768;

export const createTaskAnswers = (client: SFNClient): TaskAnswers => {
  const answer = async (what: string, send: () => Promise<unknown>): Promise<boolean> => {
    try {
      await send();
      return true;
    } catch (error) {
      if (error instanceof Error && DEAD.has(error.name)) return false;
      throw asTransient(error, what);
    }
  };
  return {
    success: (taskToken, output) =>
      answer('SendTaskSuccess', () =>
        client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) })),
      ),
    failure: (taskToken, { name, message }) =>
      answer('SendTaskFailure', () =>
        client.send(
          new SendTaskFailureCommand({
            taskToken,
            error: name.slice(0, LONGEST_ERROR),
            cause: message.slice(0, LONGEST_CAUSE),
          }),
        ),
      ),
  };
};
