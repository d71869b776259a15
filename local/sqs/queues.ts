import type { Access, Call, Kernel, PolicyDocument } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import { queueDoesNotExist } from './errors.ts';
import { Messages } from './messages.ts';
import type { QueueAttributes } from './queue-attributes.ts';

export interface Queue {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly arn: string;
  readonly attributes: QueueAttributes;
  /** The policy among the attributes, with users and roles by unique id. */
  readonly pinnedPolicy?: PolicyDocument;
  readonly tags?: Readonly<Record<string, string>>;
  /** ms since 1970 */
  readonly createdAt: number;
  readonly modifiedAt: number;
}

export const queueArn = (region: string, accountId: string, name: string) =>
  `arn:aws:sqs:${region}:${accountId}:${name}`;

/** Queues of all accounts and regions, and the messages in them. */
export class Queues {
  readonly kernel: Kernel;
  readonly #table: Table<Queue>;
  readonly #messages = new Map<string, Messages>();
  #stopped = false;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.#table = kernel.store.table<Queue>('sqs.queues');
  }

  find(arn: string): Queue | undefined {
    return this.#table.get(arn);
  }

  /** By URL, of which only the path counts: `/<account>/<name>`. Throws QueueDoesNotExist. */
  open(queueUrl: string, region: string): Queue {
    const path = URL.canParse(queueUrl) ? new URL(queueUrl).pathname : queueUrl;
    const [, accountId, name] = /(?:^|\/)(\d{12})\/([\w-]{1,80})$/.exec(path) ?? [];
    const queue = accountId && name ? this.find(queueArn(region, accountId, name)) : undefined;
    if (!queue) throw queueDoesNotExist();
    return queue;
  }

  put(queue: Queue): void {
    this.#table.put(queue.arn, queue);
  }

  delete(queue: Queue): void {
    const messages = this.messages(queue);
    this.kernel.store.transaction(() => {
      messages.purge();
      this.#table.delete(queue.arn);
    });
    this.#messages.delete(queue.arn);
    messages.wakeAll();
  }

  *list(region: string, accountId: string, namePrefix = ''): Iterable<Queue> {
    for (const { value } of this.#table.entries(queueArn(region, accountId, namePrefix))) yield value;
  }

  messages(queue: Queue): Messages {
    let messages = this.#messages.get(queue.arn);
    if (!messages) {
      messages = new Messages(this.kernel, queue.arn);
      this.#messages.set(queue.arn, messages);
    }
    return messages;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Lets every long poll answer at once. */
  stop(): void {
    this.#stopped = true;
    for (const messages of this.#messages.values()) messages.wakeAll();
  }
}

/** What a queue's policy cannot give to other accounts. */
const OWNERS_ONLY = new Set(['SetQueueAttributes', 'DeleteQueue']);

export const queueAccess = (queue: Queue, action: string, { accountId }: Pick<Call, 'accountId'>): Access => {
  const counts = queue.accountId === accountId || !OWNERS_ONLY.has(action);
  return {
    action: `sqs:${action}`,
    resource: queue.arn,
    resourceAccountId: queue.accountId,
    ...(queue.pinnedPolicy && counts && { resourcePolicy: queue.pinnedPolicy }),
  };
};
