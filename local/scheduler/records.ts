export interface Place {
  readonly region: string;
  readonly accountId: string;
}

/** A target as the API has it, its retry policy filled in. */
export interface Target {
  readonly Arn: string;
  readonly RoleArn: string;
  readonly Input?: string | undefined;
  readonly RetryPolicy: { readonly MaximumEventAgeInSeconds: number; readonly MaximumRetryAttempts: number };
  readonly DeadLetterConfig?: { readonly Arn?: string | undefined } | undefined;
}

/** What CreateSchedule and UpdateSchedule set: all of it, each time. */
export interface ScheduleSettings {
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone: string;
  /** Seconds since 1970. */
  readonly StartDate?: number | undefined;
  /** Seconds since 1970. */
  readonly EndDate?: number | undefined;
  readonly Description?: string | undefined;
  readonly State: 'ENABLED' | 'DISABLED';
  readonly FlexibleTimeWindow: {
    readonly Mode: 'OFF' | 'FLEXIBLE';
    readonly MaximumWindowInMinutes?: number | undefined;
  };
  readonly ActionAfterCompletion: 'NONE' | 'DELETE';
  readonly Target: Target;
}

export interface ScheduleRecord extends Place {
  readonly arn: string;
  readonly group: string;
  readonly name: string;
  readonly settings: ScheduleSettings;
  /** ms since 1970 */
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** When the expression that it has now was set (ms since 1970): a rate without StartDate counts from here. */
  readonly anchor: number;
  /** The latest time that an invocation was due (ms since 1970). */
  readonly lastDue?: number | undefined;
  /** Of the CreateSchedule that made it: token and settings, so that the same call made again finds it. */
  readonly createdBy: { readonly clientToken?: string | undefined; readonly settings: ScheduleSettings };
}

export interface GroupRecord extends Place {
  readonly arn: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** ms since 1970; the default group, which is always there, has none. */
  readonly createdAt?: number;
  readonly modifiedAt?: number;
  readonly clientToken?: string | undefined;
}

/** One due time of a schedule on its way to the target, with the target that the schedule had then. */
export interface Invocation extends Place {
  readonly id: string;
  readonly scheduleArn: string;
  readonly group: string;
  readonly target: Target;
  /** ms since 1970 */
  readonly scheduledAt: number;
  /** ms since 1970: when it is to be delivered first; its age counts from here. */
  readonly firstAt: number;
  /** ms since 1970 */
  readonly dueAt: number;
  /** Attempts that have failed. */
  readonly failures: number;
}
