import { SendTaskFailureCommand, SendTaskHeartbeatCommand, type SFNClient } from '@aws-sdk/client-sfn';
import type { TaskTokens } from '../../core/ports/control.ts';
import { awsName, callOwn } from './classify.ts';

const DEAD = new Set(['TaskDoesNotExist', 'TaskTimedOut', 'InvalidToken']);

export const createSfnTaskTokens = ({ client }: { client: SFNClient }): TaskTokens => ({
  async heartbeat(taskToken) {
    try {
      await callOwn('states:SendTaskHeartbeat', () => client.send(new SendTaskHeartbeatCommand({ taskToken })));
      return true;
    } catch (error) {
      if (DEAD.has(awsName(error))) return false;
      throw error;
    }
  },
  async fail(taskToken, error, cause) {
    try {
      await callOwn('states:SendTaskFailure', () =>
        // Step Functions' own limits.
        client.send(
          new SendTaskFailureCommand({ taskToken, error: error.slice(0, 256), cause: cause.slice(0, 32_768) }),
        ),
      );
    } catch (failure) {
      if (!DEAD.has(awsName(failure))) throw failure;
    }
  },
});
