import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import type { Ssm } from './ssm.ts';

/** Only tries: what has ended stays as it is, and what a guest has begun to do may be done. */
export const createCancelCommand = (ssm: Ssm): Operation =>
  operation({
    name: 'CancelCommand',
    input: z.strictObject({ CommandId: z.string().length(36), InstanceIds: z.array(z.string()).max(50).optional() }),
    access: () => [{ action: 'ssm:CancelCommand', resource: '*', context: {} }],
    run({ CommandId, InstanceIds = [] }, { accountId, region }) {
      const sent = [...ssm.invocations.entries(`${accountId}/${region}/${CommandId}/`)];
      if (sent.length === 0) throw new AwsError('InvalidCommandId', `The command ${CommandId} isn't valid.`);
      const unknown = InstanceIds.find((id) => !sent.some(({ value }) => value.instanceId === id));
      if (unknown !== undefined) throw new AwsError('InvalidInstanceId', `The command was not sent to ${unknown}.`);
      for (const { key, value } of sent) {
        if (InstanceIds.length > 0 && !InstanceIds.includes(value.instanceId)) continue;
        if (value.status !== 'Pending' && value.status !== 'InProgress') continue;
        ssm.invocations.put(key, { ...value, status: 'Cancelled', statusDetails: 'Cancelled', endedAt: ssm.now });
      }
      return {};
    },
  });
