import { AwsError } from '../kernel/errors.ts';
import type { Access, Call, Kernel, PolicyDocument } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';

export interface Topic {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** Who may do what with it besides identities of its account: as text, and with users and roles by unique id. */
  readonly policy?: string;
  readonly pinnedPolicy?: PolicyDocument;
  /** Id, ARN or alias of the key that its messages are kept under. */
  readonly kmsMasterKeyId?: string;
  readonly displayName?: string;
}

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly owner: string;
  /** The queue's ARN. */
  readonly endpoint: string;
  /** The message as it is, without what SNS wraps it in. */
  readonly raw: boolean;
}

export const topicArn = ({ region, accountId }: Pick<Call, 'region' | 'accountId'>, name: string): string =>
  `arn:aws:sns:${region}:${accountId}:${name}`;

/** Topics of all accounts and regions, and who is subscribed to them. */
export class Topics {
  readonly kernel: Kernel;
  readonly #topics: Table<Topic>;
  readonly #subscriptions: Table<Subscription>;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.#topics = kernel.store.table<Topic>('sns.topics');
    this.#subscriptions = kernel.store.table<Subscription>('sns.subscriptions');
  }

  find(arn: string): Topic | undefined {
    return this.#topics.get(arn);
  }

  /** Throws NotFound. */
  open(arn: string): Topic {
    const topic = this.find(arn);
    if (!topic) throw new AwsError('NotFound', 'Topic does not exist', 404);
    return topic;
  }

  put(topic: Topic): void {
    this.#topics.put(topic.arn, topic);
  }

  delete(arn: string): void {
    for (const { arn: subscriptionArn } of this.subscriptions(arn)) this.#subscriptions.delete(subscriptionArn);
    this.#topics.delete(arn);
  }

  subscriptions(arn: string): Subscription[] {
    return Array.from(this.#subscriptions.entries(`${arn}:`), ({ value }) => value);
  }

  /** Throws NotFound. */
  subscription(arn: string): Subscription {
    const found = this.#subscriptions.get(arn);
    if (!found) throw new AwsError('NotFound', 'Subscription does not exist', 404);
    return found;
  }

  subscribe(subscription: Subscription): void {
    this.#subscriptions.put(subscription.arn, subscription);
  }

  unsubscribe(arn: string): void {
    this.#subscriptions.delete(arn);
  }
}

export const topicAccess = ({ arn, accountId, pinnedPolicy }: Topic, action: string): Access => ({
  action: `sns:${action}`,
  resource: arn,
  resourceAccountId: accountId,
  ...(pinnedPolicy && { resourcePolicy: pinnedPolicy }),
});
