/** A plan's settings from options: those that are given, on top of those that it has. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { z } from 'zod';
import { type PlanFields, Purpose, Transport, VerifyDepth } from '../core/contracts/plans.ts';
import { usageError } from './cli-error.ts';
import { type ConsistencyOptions, consistencyFields, consistencyOf, withConsistency } from './consistency.ts';
import { refuseOperatorsOwn } from './operators-own.ts';
import { given, numeric } from './options.ts';
import { type RetentionOptions, retentionFields, retentionOf, withRetention } from './plan-retention.ts';

export interface PlanOptions extends ConsistencyOptions, RetentionOptions {
  readonly method?: 'streaming' | 'snapshot';
  readonly schedule?: string | false;
  readonly timeZone?: string;
  readonly copy?: string;
  readonly copyToRegion?: string | false;
  readonly fullEvery?: 'always' | number;
  readonly verify?: VerifyDepth;
  readonly streams?: number;
  readonly deadline?: number | false;
  readonly purpose?: Purpose;
  readonly transport?: Transport;
  readonly pause?: boolean;
  readonly unpause?: boolean;
  readonly tenant?: string;
}

type Fields = z.input<typeof PlanFields>;

const days = (text: string): number | 'always' => {
  if (text === 'always') return text;
  if (text === 'never') return 0;
  if (/^\d{1,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a number of days, "always", or "never".');
};

export const withPlanFields = (command: Command): Command => {
  command
    .optionsGroup('When and how:')
    .option('--schedule <expression>', "like 'cron(0 2 * * ? *)' (EventBridge’s six fields) or 'rate(6 hours)'")
    .option('--time-zone <zone>', 'of the schedules, like Europe/Berlin (default: UTC)')
    .addOption(
      new Option('--method <method>', 'streaming backups, or snapshots (default: streaming)').choices([
        'streaming',
        'snapshot',
      ]),
    )
    .addOption(
      new Option('--full-every <days>', 'a full backup so often; "always", or "never" but the first').argParser(days),
    )
    .option('--copy <when>', "copy snapshots to the library: at-once, on-demand, never, or a schedule: 'cron(…)'")
    .addOption(
      new Option('--verify <depth>', 'how much to read back from the library (default: sample)').choices(
        VerifyDepth.options,
      ),
    )
    .option('--copy-to-region <region>', 'also copy the snapshots to this region');
  withConsistency(command)
    .addOption(numeric('--deadline <minutes>', 'stop a job that has not ended by then (default: 5 days)'))
    .addOption(new Option('--purpose <purpose>', 'what it is for (default: restore)').choices(Purpose.options))
    .option('--pause', 'let the schedule stand still');
  withRetention(command);
  return command
    .optionsGroup('Operators, with --tenant:')
    .addOption(numeric('--streams <n>', 'instances that a job works on at a time (default: 10)'))
    .addOption(new Option('--transport <mode>', 'how the data moves (default: ebs-direct)').choices(Transport.options))
    .optionsGroup('Options:');
};

export const planFieldNames = {
  ...consistencyFields,
  ...retentionFields,
  name: '<name>',
  'schedule.expression': '--schedule',
  'copy.schedule.expression': '--copy',
  timeZone: '--time-zone',
  copyToRegion: '--copy-to-region',
  fullEvery: '--full-every',
  deadlineMinutes: '--deadline',
  streams: '--streams',
} as const;

const scheduleOf = ({ schedule, timeZone }: PlanOptions, before: Fields['schedule']): Fields['schedule'] => {
  if (schedule === false) return undefined;
  const expression = schedule ?? before?.expression;
  if (expression === undefined) return undefined;
  const zone = timeZone ?? before?.timeZone;
  return { expression, ...(zone === undefined ? {} : { timeZone: zone }) };
};

const copyOf = ({ copy, timeZone }: PlanOptions, before: Fields['copy']): Fields['copy'] => {
  if (copy === 'at-once' || copy === 'on-demand' || copy === 'never') return { when: copy };
  const schedule = before?.when === 'on-schedule' ? before.schedule : undefined;
  const expression = copy ?? schedule?.expression;
  if (expression === undefined) return before;
  if (!/^(cron|rate)\(/.test(expression)) {
    throw usageError(`"${expression}" is no time for a backup copy.`, {
      field: '--copy',
      remedy: "Give at-once, on-demand, never, or a schedule like 'cron(0 4 * * ? *)'.",
    });
  }
  const zone = timeZone ?? schedule?.timeZone;
  return { when: 'on-schedule', schedule: { expression, ...(zone === undefined ? {} : { timeZone: zone }) } };
};

/** A switch that can be turned off: absent as it was, false none. */
const kept = <T>(option: T | false | undefined, before: T | undefined): T | undefined =>
  option === false ? undefined : (option ?? before);

/** Errors: CliError for a mixture that means nothing. */
export const planFieldsOf = (options: PlanOptions, before: Partial<Fields> = {}): Partial<Fields> => {
  refuseOperatorsOwn(options);
  const { pause, unpause } = options;
  const schedule = scheduleOf(options, before.schedule);
  const copy = copyOf(options, before.copy);
  if (options.timeZone !== undefined && schedule === undefined && copy?.when !== 'on-schedule')
    throw usageError('A time zone needs a schedule.', { field: '--time-zone', remedy: 'Add --schedule.' });
  return given({
    method: options.method ?? before.method,
    schedule,
    paused: pause ? true : unpause ? false : before.paused,
    fullEvery: options.fullEvery ?? before.fullEvery,
    copy,
    verify: options.verify ?? before.verify,
    consistency: consistencyOf(options) ?? before.consistency,
    copyToRegion: kept(options.copyToRegion, before.copyToRegion),
    retention: retentionOf(options, 'keep', before.retention),
    snapshotRetention: retentionOf(options, 'keepSnapshots', before.snapshotRetention),
    streams: options.streams ?? before.streams,
    deadlineMinutes: kept(options.deadline, before.deadlineMinutes),
    transport: options.transport ?? before.transport,
    purpose: options.purpose ?? before.purpose,
  });
};
