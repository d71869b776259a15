import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { documentOf } from './documents.ts';
import { keyOf, type Ssm } from './ssm.ts';

const MOST_OUTPUT = 24_000;
const MOST_ERRORS = 8_000;

export const createGetCommandInvocation = (ssm: Ssm): Operation =>
  operation({
    name: 'GetCommandInvocation',
    input: z.strictObject({
      CommandId: z.string().length(36),
      InstanceId: z.string().regex(/^i-[0-9a-f]{8,17}$/, 'must be an instance id'),
      PluginName: z.string().min(4).optional(),
    }),
    access: () => [{ action: 'ssm:GetCommandInvocation', resource: '*', context: {} }],
    run({ CommandId, InstanceId, PluginName }, { accountId, region }) {
      const invocation = ssm.invocations.get(
        keyOf({ accountId, region, commandId: CommandId, instanceId: InstanceId }),
      );
      if (!invocation || invocation.requestedAt + ssm.settings.invocationLagMs > ssm.now)
        throw new AwsError('InvocationDoesNotExist', `The invocation ${CommandId} of ${InstanceId} does not exist.`);
      const plugin = documentOf(invocation.document)?.plugin ?? '';
      if (PluginName !== undefined && PluginName !== plugin)
        throw new AwsError('InvalidPluginName', `The plugin name ${PluginName} isn't valid.`);
      const { startedAt, endedAt } = invocation;
      const done = invocation.status === 'Success' || invocation.status === 'Failed';
      return {
        CommandId,
        InstanceId,
        Comment: invocation.comment,
        DocumentName: invocation.document,
        DocumentVersion: '$DEFAULT',
        PluginName: plugin,
        ResponseCode: invocation.responseCode,
        ExecutionStartDateTime: startedAt === undefined ? '' : new Date(startedAt).toISOString(),
        ExecutionElapsedTime:
          startedAt === undefined || endedAt === undefined ? '' : `PT${(endedAt - startedAt) / 1_000}S`,
        ExecutionEndDateTime: startedAt === undefined || endedAt === undefined ? '' : new Date(endedAt).toISOString(),
        Status: invocation.status,
        StatusDetails: invocation.statusDetails,
        StandardOutputContent: done ? invocation.stdout.slice(0, MOST_OUTPUT) : '',
        StandardOutputUrl: '',
        StandardErrorContent: done ? invocation.stderr.slice(0, MOST_ERRORS) : '',
        StandardErrorUrl: '',
      };
    },
  });
