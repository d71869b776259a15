import { AwsError } from '../kernel/errors.ts';
import type { Access, Call, Kernel } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import type { Group, GroupTag } from './records.ts';
import { type AutoScalingSettings, autoScalingSettings } from './settings.ts';

export const invalid = (message: string): AwsError => new AwsError('ValidationError', message);

type Place = Pick<Call, 'accountId' | 'region'>;

/** The groups of all accounts and regions, and what every action on them shares. */
export class Groups {
  readonly kernel: Kernel;
  /** Looks after a group, by key, after it was changed. Set by the service. */
  wake: (key: string) => void = () => {};
  readonly #table: Table<Group>;
  readonly #accounts: Table<true>;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.#accounts = kernel.store.table<true>('autoscaling.accounts');
    this.#table = kernel.store.table<Group>('autoscaling.groups');
  }

  get settings(): AutoScalingSettings {
    return autoScalingSettings(this.kernel.store);
  }

  get now(): number {
    return this.kernel.clock.now();
  }

  /** A UUID, as activities, groups and policies are named by. */
  newId(): string {
    return this.kernel.randomHex(16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  /** Whether the account has Auto Scaling's service-linked role, which comes with its first group and stays. */
  hasRole(accountId: string): boolean {
    return this.#accounts.get(accountId) ?? this.all().some((group) => group.accountId === accountId);
  }

  get(key: string): Group | undefined {
    return this.#table.get(key);
  }

  put(group: Group): void {
    if (!this.hasRole(group.accountId)) this.#accounts.put(group.accountId, true);
    this.#table.put(keyOf(group), group);
  }

  delete(group: Group): void {
    this.#table.delete(keyOf(group));
  }

  /** Changes some members; does nothing if the group is gone. Answers with the new record. */
  change(key: string, change: (group: Group) => Partial<Group>): Group | undefined {
    const group = this.get(key);
    if (!group) return undefined;
    const changed = { ...group, ...change(group) };
    this.put(changed);
    return changed;
  }

  /** Changes a group as its owner wishes, and has the engine look after it. */
  order(group: Group, change: Partial<Group>): void {
    this.change(keyOf(group), () => change);
    this.wake(keyOf(group));
  }

  in({ accountId, region }: Place): Group[] {
    return Array.from(this.#table.entries(`${accountId}/${region}/`), ({ value }) => value);
  }

  all(): Group[] {
    return Array.from(this.#table.entries(), ({ value }) => value);
  }

  named(call: Place, name: string): Group | undefined {
    return this.get(`${call.accountId}/${call.region}/${name}`);
  }

  /** Throws ValidationError if the account has no such group in the region. */
  find(call: Place, name: string): Group {
    const group = this.named(call, name);
    if (!group) throw invalid(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
    return group;
  }

  /** The group that an instance belongs to. Throws ValidationError if there is none. */
  ofInstance(call: Place, id: string): Group {
    const group = this.in(call).find(({ members }) => members.some((member) => member.id === id));
    if (!group) throw invalid(`Instance Id not found - No managed instance found for instance ID: ${id}`);
    return group;
  }
}

export const keyOf = ({ accountId, region, name }: Pick<Group, 'accountId' | 'region' | 'name'>): string =>
  `${accountId}/${region}/${name}`;

export const groupArn = ({ accountId, region }: Place, id: string, name: string): string =>
  `arn:aws:autoscaling:${region}:${accountId}:autoScalingGroup:${id}:autoScalingGroupName/${name}`;

/** An action on a group that exists. */
export const onGroup = (action: string, group: Group, more: Access['context'] = {}): Access => ({
  action: `autoscaling:${action}`,
  resource: group.arn,
  context: {
    ...Object.fromEntries(
      Object.entries(group.tags).flatMap(([key, { value }]) => [
        [`aws:ResourceTag/${key}`, value],
        [`autoscaling:ResourceTag/${key}`, value],
      ]),
    ),
    ...more,
  },
});

/** Who makes the first group of an account makes Auto Scaling's role with it. */
export const makesRole = (accountId: string): Access => ({
  action: 'iam:CreateServiceLinkedRole',
  resource: `arn:aws:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
  context: { 'iam:AWSServiceName': 'autoscaling.amazonaws.com' },
});

/** An action without resources: every Describe. */
export const anywhere = (action: string): Access => ({ action: `autoscaling:${action}`, resource: '*' });

export const requestedTags = (tags: Readonly<Record<string, GroupTag>>): Record<string, string | string[]> => ({
  'aws:TagKeys': Object.keys(tags),
  ...Object.fromEntries(Object.entries(tags).map(([key, { value }]) => [`aws:RequestTag/${key}`, value])),
});
