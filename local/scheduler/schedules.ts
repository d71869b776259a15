import { AwsError } from '../kernel/errors.ts';
import type { Access, Kernel } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import type { GroupRecord, Place, ScheduleRecord } from './records.ts';

export const DEFAULT_GROUP = 'default';
const DAY_MS = 86_400_000;

export const groupArn = ({ region, accountId }: Place, name: string): string =>
  `arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`;

const allSchedules = ({ region, accountId }: Place): string => `arn:aws:scheduler:${region}:${accountId}:schedule/`;

export const scheduleArn = (place: Place, group: string, name: string): string =>
  `${allSchedules(place)}${group}/${name}`;

const notFound = (what: string): AwsError => new AwsError('ResourceNotFoundException', `${what} does not exist.`, 404);

interface Deletion {
  readonly arn: string;
  /** ms since 1970 */
  readonly at: number;
}

/** Schedules and schedule groups of all accounts and regions. */
export class Schedules {
  readonly kernel: Kernel;
  readonly #schedules: Table<ScheduleRecord>;
  readonly #groups: Table<GroupRecord>;
  readonly #deletions: Table<Deletion>;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.#schedules = kernel.store.table<ScheduleRecord>('scheduler.schedules');
    this.#groups = kernel.store.table<GroupRecord>('scheduler.groups');
    this.#deletions = kernel.store.table<Deletion>('scheduler.deletions');
  }

  find(arn: string): ScheduleRecord | undefined {
    return this.#schedules.get(arn);
  }

  /** Throws ResourceNotFoundException for an absent schedule or group. */
  open(place: Place, group: string, name: string): ScheduleRecord {
    const found = this.find(scheduleArn(place, group, name));
    if (found) return found;
    this.openGroup(place, group);
    throw notFound(`Schedule ${name}`);
  }

  put(schedule: ScheduleRecord): void {
    this.#schedules.put(schedule.arn, schedule);
  }

  delete(arn: string): void {
    this.#schedules.delete(arn);
  }

  /** Those of a region of an account, or of one group there, in order of ARN. */
  listIn(place: Place, group?: string): readonly ScheduleRecord[] {
    const prefix = group === undefined ? allSchedules(place) : scheduleArn(place, group, '');
    return Array.from(this.#schedules.entries(prefix), ({ value }) => value);
  }

  listAll(): readonly ScheduleRecord[] {
    return Array.from(this.#schedules.entries(), ({ value }) => value);
  }

  findGroup(place: Place, name: string): GroupRecord | undefined {
    const { region, accountId } = place;
    const arn = groupArn(place, name);
    return this.#groups.get(arn) ?? (name === DEFAULT_GROUP ? { region, accountId, arn, name, tags: {} } : undefined);
  }

  /** Throws ResourceNotFoundException. */
  openGroup(place: Place, name: string): GroupRecord {
    const group = this.findGroup(place, name);
    if (!group) throw notFound(`Schedule group ${name}`);
    return group;
  }

  putGroup(group: GroupRecord): void {
    this.#groups.put(group.arn, group);
  }

  deleteGroup(group: GroupRecord): void {
    this.#groups.delete(group.arn);
  }

  /** In order of ARN. */
  listGroups(place: Place): readonly GroupRecord[] {
    const groups = Array.from(this.#groups.entries(groupArn(place, '')), ({ value }) => value);
    if (!groups.some(({ name }) => name === DEFAULT_GROUP)) groups.push(this.openGroup(place, DEFAULT_GROUP));
    return groups.sort((a, b) => (a.arn < b.arn ? -1 : 1));
  }

  /** Notes that a call with this token has deleted, so that the call made again, its answer lost, succeeds too. */
  noteDeletion(arn: string, clientToken: string | undefined): void {
    const now = this.kernel.clock.now();
    for (const { key, value } of [...this.#deletions.entries()])
      if (value.at < now - DAY_MS) this.#deletions.delete(key);
    if (clientToken !== undefined) this.#deletions.put(clientToken, { arn, at: now });
  }

  wasDeletedBy(arn: string, clientToken: string | undefined): boolean {
    return clientToken !== undefined && this.#deletions.get(clientToken)?.arn === arn;
  }
}

export const scheduleAccess = (place: Place, action: string, group: string, name: string): Access => ({
  action: `scheduler:${action}`,
  resource: scheduleArn(place, group, name),
});

export const groupAccess = (place: Place, action: string, name: string, more: Access['context'] = {}): Access => ({
  action: `scheduler:${action}`,
  resource: groupArn(place, name),
  context: more,
});
