import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { ExecutionState, Executions, Machine } from '../../core/ports/control.ts';
import { callOwn, required } from './classify.ts';
import { readPath } from './sfn-execution-path.ts';
import { pathError } from './sfn-path-errors.ts';

/** `machines`: their ARNs. Make the client with `clientSettings('own', region)`. */
export const createSfnExecutions = ({
  client,
  machines,
}: {
  client: SFNClient;
  machines: Readonly<Record<Machine, string>>;
}): Executions => {
  const arnOf = (machine: Machine, name: string): string =>
    `${machines[machine].replace(':stateMachine:', ':execution:')}:${name}`;

  const stateOf = async (machine: Machine, name: string): Promise<ExecutionState | undefined> => {
    try {
      const { status, error, cause } = await callOwn('states:DescribeExecution', () =>
        client.send(new DescribeExecutionCommand({ executionArn: arnOf(machine, name) })),
      );
      return {
        status: required(status, 'status', 'states:DescribeExecution'),
        ...(error ? { error: pathError('ExecutionFailed', { error, cause }) } : {}),
      };
    } catch (error) {
      if (error instanceof ExecutionDoesNotExist) return undefined;
      throw error;
    }
  };

  return {
    async start(machine, name, input) {
      try {
        const { executionArn } = await callOwn('states:StartExecution', () =>
          client.send(
            new StartExecutionCommand({ stateMachineArn: machines[machine], name, input: JSON.stringify(input) }),
          ),
        );
        return { outcome: 'started', executionArn: required(executionArn, 'executionArn', 'states:StartExecution') };
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return { outcome: 'exists', executionArn: arnOf(machine, name) };
        throw error;
      }
    },
    status: async (machine, name) => (await stateOf(machine, name))?.status,
    state: stateOf,
    async stop(machine, name, error, cause) {
      try {
        await callOwn('states:StopExecution', () =>
          client.send(
            new StopExecutionCommand({
              executionArn: arnOf(machine, name),
              // Step Functions' own limits.
              error: error.slice(0, 256),
              cause: cause.slice(0, 32_768),
            }),
          ),
        );
      } catch (failure) {
        if (!(failure instanceof ExecutionDoesNotExist)) throw failure;
      }
    },
    path: (machine, name, show) => readPath(client, arnOf(machine, name), show),
  };
};
