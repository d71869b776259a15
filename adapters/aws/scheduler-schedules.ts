import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleInput,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { InvalidRequest, TransientFailure } from '../../core/domain/errors.ts';
import type { Schedules } from '../../core/ports/control.ts';
import { callOwn } from './classify.ts';

/** Scheduler's own most: a day. What was not delivered by then is the periodic catch-up's. */
const RETRY = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };

/** How Scheduler words what is wrong with an expression or a time zone; anything else that it refuses is our own fault. */
const ABOUT_THE_EXPRESSION = /expression|time ?zone/i;

/** `group` is part of the deployment. `targetArn` is the function that starts jobs, `roleArn` what Scheduler invokes it as. */
export const createSchedulerSchedules = ({
  client,
  group,
  targetArn,
  roleArn,
}: {
  client: SchedulerClient;
  group: string;
  targetArn: string;
  roleArn: string;
}): Schedules => {
  const checked = async <T>(action: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await callOwn(action, call);
    } catch (error) {
      if (!(error instanceof ValidationException) || !ABOUT_THE_EXPRESSION.test(error.message)) throw error;
      throw new InvalidRequest(`EventBridge Scheduler does not take this schedule: ${error.message}`, {
        field: 'schedule',
        remedy: 'Write it like cron(0 2 * * ? *) or rate(6 hours), with a time zone like Europe/Berlin.',
        tenantMessage: `The schedule is not valid: ${error.message}`,
        cause: error,
      });
    }
  };

  return {
    async put({ name, expression, timeZone, enabled, input }) {
      const settings: CreateScheduleInput = {
        Name: name,
        GroupName: group,
        ScheduleExpression: expression,
        ScheduleExpressionTimezone: timeZone,
        State: enabled ? 'ENABLED' : 'DISABLED',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: targetArn,
          RoleArn: roleArn,
          // The scheduled time, not the time of delivery: it becomes part of the job's id, so that a schedule that is
          // delivered twice is one job.
          Input: JSON.stringify({ ...input, scheduledTime: '<aws.scheduler.scheduled-time>' }),
          RetryPolicy: RETRY,
        },
      };
      try {
        await checked('scheduler:CreateSchedule', () => client.send(new CreateScheduleCommand(settings)));
      } catch (error) {
        if (!(error instanceof ConflictException)) throw error;
        await checked('scheduler:UpdateSchedule', () => client.send(new UpdateScheduleCommand(settings))).catch(
          (cause: unknown) => {
            if (!(cause instanceof ResourceNotFoundException)) throw cause;
            throw new TransientFailure(`the schedule ${name} was removed while it was changed`, { cause });
          },
        );
      }
    },
    async remove(name) {
      try {
        await callOwn('scheduler:DeleteSchedule', () =>
          client.send(new DeleteScheduleCommand({ Name: name, GroupName: group })),
        );
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    },
  };
};
