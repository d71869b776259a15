import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Access, type Call, type Operation, operation } from '../kernel/service.ts';
import { checkParameters, documentOf } from './documents.ts';
import type { Invocation } from './records.ts';
import type { Runner } from './runner.ts';
import { keyOf, platformOf, type Ssm } from './ssm.ts';

const Input = z.strictObject({
  InstanceIds: z
    .array(z.string().regex(/^i-[0-9a-f]{8,17}$/, 'must be an instance id'))
    .min(1)
    .max(50),
  DocumentName: z.string().min(1),
  DocumentVersion: z.enum(['$DEFAULT', '$LATEST', '1']).optional(),
  Parameters: z.record(z.string(), z.array(z.string())).optional(),
  TimeoutSeconds: z.int().min(30).max(2_592_000).optional(),
  Comment: z.string().max(100).optional(),
});

/** An hour, as in the console; the API documents no default. */
const DELIVERY_SECONDS = 3_600;

export const createSendCommand = (ssm: Ssm, runner: Runner): Operation =>
  operation({
    name: 'SendCommand',
    input: Input,
    // As in CloudTrail: parameters hold scripts and, at times, secrets.
    redact: ['Parameters'],
    access: ({ InstanceIds, DocumentName }, call) => [
      documentAccess(DocumentName, call),
      ...InstanceIds.map((id) => instanceAccess(ssm, id, call)),
    ],
    run({ InstanceIds, DocumentName, Parameters = {}, TimeoutSeconds = DELIVERY_SECONDS, Comment = '' }, call) {
      const document = documentOf(DocumentName);
      if (!document) throw new AwsError('InvalidDocument', `document ${DocumentName} does not exist`);
      checkParameters(document, Parameters);
      if (new Set(InstanceIds).size !== InstanceIds.length)
        throw new AwsError('DuplicateInstanceId', 'You cannot specify an instance ID in more than one association.');
      const offline = InstanceIds.filter((id) => !isOwnAndOnline(ssm, id, call));
      // Foreign, unknown, stopped, without agent: one and the same answer.
      if (offline.length > 0) {
        const what = `Instances [[${offline.join(', ')}]] not in a valid state for account ${call.accountId}`;
        throw new AwsError('InvalidInstanceId', what);
      }
      for (const id of InstanceIds) {
        const instance = ssm.instance(id);
        if (instance && document.platforms.includes(platformOf(instance))) continue;
        throw new AwsError(
          'UnsupportedPlatformType',
          `Document ${document.name} does not support the platform of ${id}`,
        );
      }
      const hex = ssm.kernel.randomHex(16);
      const commandId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
      const requestedAt = ssm.now;
      const executionSeconds = Number(Parameters.executionTimeout?.[0] ?? document.executionSeconds);
      const deliveryEndsAt = requestedAt + TimeoutSeconds * 1_000;
      for (const instanceId of InstanceIds) {
        const invocation: Invocation = {
          commandId,
          instanceId,
          accountId: call.accountId,
          region: call.region,
          document: document.name,
          parameters: Parameters,
          comment: Comment,
          requestedAt,
          deliveryEndsAt,
          executionMs: executionSeconds * 1_000,
          status: 'Pending',
          statusDetails: 'Pending',
          responseCode: -1,
          stdout: '',
          stderr: '',
        };
        ssm.invocations.put(keyOf(invocation), invocation);
        runner.deliver(invocation);
      }
      return {
        Command: {
          CommandId: commandId,
          DocumentName: document.name,
          DocumentVersion: '$DEFAULT',
          Comment,
          // Documented as the delivery timeout added to the execution timeout.
          ExpiresAfter: deliveryEndsAt / 1_000 + executionSeconds,
          Parameters,
          InstanceIds,
          Targets: [],
          RequestedDateTime: requestedAt / 1_000,
          Status: 'Pending',
          StatusDetails: 'Pending',
          MaxConcurrency: '50',
          MaxErrors: '0',
          TargetCount: InstanceIds.length,
          CompletedCount: 0,
          ErrorCount: 0,
          TimeoutSeconds,
        },
      };
    },
  });

const isOwnAndOnline = (ssm: Ssm, id: string, { accountId, region }: Call): boolean => {
  const instance = ssm.instance(id);
  return instance?.accountId === accountId && instance.region === region && ssm.isOnline(instance);
};

/** AWS's own documents have no account in their ARN. */
const documentAccess = (nameOrArn: string, { accountId, region }: Call): Access => {
  const document = documentOf(nameOrArn);
  const own = nameOrArn.startsWith('arn:') ? nameOrArn : `arn:aws:ssm:${region}:${accountId}:document/${nameOrArn}`;
  return {
    action: 'ssm:SendCommand',
    resource: document ? `arn:aws:ssm:${region}::document/${document.name}` : own,
    context: {},
  };
};

const instanceAccess = (ssm: Ssm, id: string, { accountId, region }: Call): Access => {
  const instance = ssm.instance(id);
  const own = instance?.accountId === accountId && instance.region === region ? instance : undefined;
  const tags = Object.entries(own?.tags ?? {});
  return {
    action: 'ssm:SendCommand',
    resource: `arn:aws:ec2:${region}:${accountId}:instance/${id}`,
    context: Object.fromEntries(
      tags.flatMap(([key, value]) => [
        [`aws:ResourceTag/${key}`, value],
        [`ssm:resourceTag/${key}`, value],
      ]),
    ),
  };
};
