import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { Access, Kernel } from '../kernel/service.ts';
import { assumeRole } from './invocations.ts';
import type { Place, ScheduleSettings } from './records.ts';
import { parseExpression } from './schedule-expression.ts';
import { DEFAULT_GROUP } from './schedules.ts';
import { assertTarget } from './targets.ts';

const FIVE_MINUTES_S = 300;
const LARGEST_INPUT = 262_144;
const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/[\w+=,.@/-]+$/;

export const name = z.string().regex(/^[0-9a-zA-Z\-_.]{1,64}$/);
export const clientToken = z
  .string()
  .regex(/^[a-zA-Z0-9\-_]{1,64}$/)
  .optional();

const target = z.strictObject({
  Arn: z.string().min(1).max(1600),
  RoleArn: z.string().max(1600).regex(ROLE_ARN),
  Input: z.string().min(1).optional(),
  RetryPolicy: z
    .strictObject({
      MaximumEventAgeInSeconds: z.number().int().min(60).max(86_400).default(86_400),
      MaximumRetryAttempts: z.number().int().min(0).max(185).default(185),
    })
    .default({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 }),
  DeadLetterConfig: z
    .strictObject({
      Arn: z
        .string()
        // A FIFO queue, whose name has a dot, cannot be one.
        .regex(/^arn:aws:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9\-_]+$/)
        .optional(),
    })
    .optional(),
});

/** Of CreateSchedule and UpdateSchedule, which takes what is left out as its default, not as unchanged. */
export const scheduleInput = z.strictObject({
  Name: name,
  GroupName: name.default(DEFAULT_GROUP),
  ClientToken: clientToken,
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).default('UTC'),
  StartDate: z.number().optional(),
  EndDate: z.number().optional(),
  Description: z.string().max(512).optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  FlexibleTimeWindow: z.strictObject({
    Mode: z.enum(['OFF', 'FLEXIBLE']),
    MaximumWindowInMinutes: z.number().int().min(1).max(1440).optional(),
  }),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  Target: target,
});

export type ScheduleInput = z.infer<typeof scheduleInput>;

const invalid = (message: string): AwsError => new AwsError('ValidationException', message, 400);

export const settingsOf = ({
  Name: _,
  GroupName: __,
  ClientToken: ___,
  ...settings
}: ScheduleInput): ScheduleSettings => settings;

export const passRole = (input: ScheduleInput): Access => ({
  action: 'iam:PassRole',
  resource: input.Target.RoleArn,
  context: { 'iam:PassedToService': 'scheduler.amazonaws.com', 'iam:AssociatedResourceArn': [] },
});

const assertInput = (input: string | undefined): void => {
  if (input === undefined) return;
  if (Buffer.byteLength(input) > LARGEST_INPUT) throw invalid('The Input of a target is at most 256 KB.');
  try {
    JSON.parse(input);
  } catch {
    throw invalid('The Input of a function or a state machine must be well-formed JSON.');
  }
};

/** What the schema cannot say, and whether the role can be assumed, as AWS tries it. Throws ValidationException. */
export const assertSettings = async (kernel: Kernel, place: Place, group: string, settings: ScheduleSettings) => {
  const { StartDate, EndDate, FlexibleTimeWindow, Target } = settings;
  const { kind } = parseExpression(settings.ScheduleExpression, settings.ScheduleExpressionTimezone);
  if (kind !== 'at') {
    if (StartDate !== undefined && StartDate < kernel.clock.now() / 1000 - FIVE_MINUTES_S)
      throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.');
    if (StartDate !== undefined && EndDate !== undefined && EndDate <= StartDate)
      throw invalid('The EndDate you specify must come after the StartDate.');
  }
  if (FlexibleTimeWindow.Mode === 'FLEXIBLE' && FlexibleTimeWindow.MaximumWindowInMinutes === undefined)
    throw invalid('A flexible time window needs MaximumWindowInMinutes.');
  assertTarget(Target.Arn);
  assertInput(Target.Input);
  if (ROLE_ARN.exec(Target.RoleArn)?.[1] !== place.accountId)
    throw invalid("The execution role must be one of the schedule's own account.");
  try {
    await assumeRole(kernel, place, group, Target.RoleArn);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalid('The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');
  }
};
