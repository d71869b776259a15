/**
 * The guest through Systems Manager's agent. SendCommand has no client token: a command whose answer was lost may run
 * twice, so what is sent must bear that (freezing what is frozen).
 */
import {
  DescribeInstanceInformationCommand,
  GetCommandInvocationCommand,
  type GetCommandInvocationResult,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { HoldfastError, SnapshotFailed } from '../../core/domain/errors.ts';
import type { TenantGuest } from '../../core/ports/tenant-guest.ts';
import { awsMessage, awsName, required } from './classify.ts';
import type { TenantReach } from './tenant-reach.ts';

/** SSM's least time for the agent to take a command. */
const LEAST_DELIVERY_SECONDS = 30;
const LONGEST_COMMENT = 100;
/** Enough to see what went wrong; SSM itself cuts at 24,000 characters. */
const LONGEST_OUTPUT = 4_000;

const STATES: Readonly<Record<string, 'running' | 'succeeded'>> = {
  Pending: 'running',
  InProgress: 'running',
  Delayed: 'running',
  Cancelling: 'running',
  Success: 'succeeded',
};

export const createSsmGuest = ({ ssm, call, jobId }: TenantReach): TenantGuest => ({
  async agent(instanceId) {
    const { InstanceInformationList } = await call('ssm:DescribeInstanceInformation', () =>
      ssm.send(new DescribeInstanceInformationCommand({ Filters: [{ Key: 'InstanceIds', Values: [instanceId] }] })),
    );
    const [agent] = InstanceInformationList ?? [];
    return {
      online: agent?.PingStatus === 'Online',
      ...(agent?.PlatformType === undefined ? {} : { platform: agent.PlatformType }),
    };
  },

  async send(instanceId, document, parameters, timeoutSeconds) {
    try {
      const { Command } = await call('ssm:SendCommand', () =>
        ssm.send(
          new SendCommandCommand({
            InstanceIds: [instanceId],
            DocumentName: document,
            // How long it may run; TimeoutSeconds is how long it may wait for the agent to take it.
            Parameters: {
              executionTimeout: [String(timeoutSeconds)],
              ...Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, [...values]])),
            },
            TimeoutSeconds: Math.max(LEAST_DELIVERY_SECONDS, timeoutSeconds),
            Comment: `Holdfast ${jobId}`.slice(0, LONGEST_COMMENT),
          }),
        ),
      );
      return { commandId: required(Command?.CommandId, 'CommandId', 'ssm:SendCommand') };
    } catch (error) {
      if (error instanceof HoldfastError) throw error;
      const what = `ssm:SendCommand of ${document} to ${instanceId}`;
      throw new SnapshotFailed(`${what}: ${awsName(error)} ${awsMessage(error)}`, { cause: error });
    }
  },

  result: (commandId, instanceId) =>
    call('ssm:GetCommandInvocation', async () => {
      try {
        return resultOf(
          await ssm.send(new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: instanceId })),
        );
      } catch (error) {
        // For a moment after it was sent, SSM does not know of it yet.
        if (awsName(error) === 'InvocationDoesNotExist') return { state: 'running' as const, output: '' };
        throw error;
      }
    }),
});

/** TimedOut and Cancelled leave no output: then the status in SSM's own words is all there is to say. */
const resultOf = (
  result: GetCommandInvocationResult,
): { state: 'running' | 'succeeded' | 'failed'; output: string } => {
  const { Status = '', StatusDetails, StandardOutputContent, StandardErrorContent } = result;
  const state = STATES[Status] ?? 'failed';
  const said = [StandardOutputContent, StandardErrorContent].filter((text) => text).join('\n');
  return { state, output: (said || (state === 'failed' ? (StatusDetails ?? Status) : '')).slice(0, LONGEST_OUTPUT) };
};
