import type { Timer } from '../kernel/clock.ts';
import type { Kernel } from '../kernel/service.ts';
import { Invocations } from './invocations.ts';
import type { ScheduleRecord } from './records.ts';
import { parseExpression, type Timetable } from './schedule-expression.ts';
import type { Schedules } from './schedules.ts';

const MINUTE_MS = 60_000;

/** Waits for the due times of all enabled schedules. What was due while the local cloud was stopped stays undone. */
export class Timers {
  readonly invocations: Invocations;
  readonly #kernel: Kernel;
  readonly #schedules: Schedules;
  readonly #timers = new Map<string, Timer>();
  #stopped = false;

  constructor(kernel: Kernel, schedules: Schedules) {
    this.#kernel = kernel;
    this.#schedules = schedules;
    this.invocations = new Invocations(kernel, (arn) => this.#complete(arn));
  }

  start(): void {
    for (const schedule of this.#schedules.listAll()) this.follow(schedule);
    this.invocations.resume();
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.invocations.stop();
  }

  /**
   * Waits for a schedule's next due time, after it was made or changed. With `renewed` (it has another expression than
   * before) a one-time schedule whose time has passed is due at once.
   */
  follow(schedule: ScheduleRecord, renewed = false): void {
    const timetable = timetableOf(schedule);
    this.#arm(schedule, renewed && timetable.kind === 'at' ? 0 : this.#kernel.clock.now());
  }

  /** Deletes a schedule with all that it has on its way. */
  remove(arn: string): void {
    this.#timers.get(arn)?.cancel();
    this.#timers.delete(arn);
    this.#kernel.store.transaction(() => {
      this.invocations.drop(arn);
      this.#schedules.delete(arn);
    });
  }

  #arm(schedule: ScheduleRecord, from: number): void {
    this.#timers.get(schedule.arn)?.cancel();
    this.#timers.delete(schedule.arn);
    const due = nextDue(schedule, from);
    if (due === undefined) return;
    this.#timers.set(
      schedule.arn,
      this.#kernel.clock.at(due, () => this.#fire(schedule.arn, due)),
    );
  }

  #fire(arn: string, due: number): void {
    this.#timers.delete(arn);
    const schedule = this.#schedules.find(arn);
    if (this.#stopped || !schedule) return;
    const { region, accountId, group, settings } = schedule;
    const now = this.#kernel.clock.now();
    const firstAt = Math.max(now, due + this.#delayInWindow(schedule));
    const fired = { ...schedule, lastDue: due };
    this.#kernel.store.transaction(() => {
      this.#schedules.put(fired);
      this.invocations.accept({
        id: this.#kernel.randomHex(8),
        scheduleArn: arn,
        region,
        accountId,
        group,
        target: settings.Target,
        scheduledAt: due,
        firstAt,
        dueAt: firstAt,
        failures: 0,
      });
    });
    // A machine that slept through due times does not make up for them: the precision is a minute.
    this.#arm(fired, now - MINUTE_MS);
  }

  /** A time in the flexible window, ms. */
  #delayInWindow({ settings }: ScheduleRecord): number {
    const { Mode, MaximumWindowInMinutes = 0 } = settings.FlexibleTimeWindow;
    if (Mode === 'OFF') return 0;
    return Math.floor((Number.parseInt(this.#kernel.randomHex(4), 16) / 2 ** 32) * MaximumWindowInMinutes * MINUTE_MS);
  }

  /** ActionAfterCompletion: once the last invocation that there will be has ended. */
  #complete(arn: string): void {
    const schedule = this.#schedules.find(arn);
    if (schedule?.settings.ActionAfterCompletion !== 'DELETE' || schedule.settings.State === 'DISABLED') return;
    if (this.#timers.has(arn) || this.invocations.pending(arn)) return;
    this.remove(arn);
  }
}

const timetableOf = ({ settings }: ScheduleRecord): Timetable =>
  parseExpression(settings.ScheduleExpression, settings.ScheduleExpressionTimezone);

/** The first due time of an enabled schedule at or after `from` that it has not had, within StartDate and EndDate. */
const nextDue = (schedule: ScheduleRecord, from: number): number | undefined => {
  const { settings, anchor, lastDue } = schedule;
  if (settings.State === 'DISABLED') return undefined;
  const timetable = timetableOf(schedule);
  // One-time schedules ignore both dates.
  const start = timetable.kind === 'at' ? undefined : settings.StartDate;
  const end = timetable.kind === 'at' ? undefined : settings.EndDate;
  const earliest = Math.max(from, (start ?? 0) * 1000, lastDue === undefined ? 0 : lastDue + 1);
  const due = timetable.next(earliest, start === undefined ? anchor : start * 1000);
  return due !== undefined && (end === undefined || due <= end * 1000) ? due : undefined;
};
