import { randomUUID } from 'node:crypto';
import type { Timer } from '../kernel/clock.ts';
import type { Kernel } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import { type Groups, groupOf, groupsOf, inFairOrder, Shares } from './fairness.ts';
import type { MessageAttribute } from './message-attributes.ts';

export interface Message {
  readonly id: string;
  /** Order of sending within the queue. */
  readonly sequence: number;
  readonly body: string;
  /** Whose it is, as its sender says: what makes the queue a fair one. */
  readonly groupId?: string;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
  readonly senderId: string;
  /** ms since 1970, like all times here */
  readonly sentAt: number;
  readonly visibleAt: number;
  readonly receiveCount: number;
  readonly firstReceivedAt?: number;
  readonly lastReceivedAt?: number;
  /** Of the latest receive. */
  readonly receipt?: string;
}

export type NewMessage = Pick<Message, 'body' | 'groupId' | 'attributes' | 'senderId'> & {
  readonly delaySeconds: number;
};

const sequenceKey = (sequence: number): string => String(sequence).padStart(16, '0');

/**
 * One queue's messages: in memory, each change also in the table. Visibility is an absolute time, so that a message in
 * flight stays in flight across a restart.
 */
export class Messages {
  readonly #kernel: Kernel;
  readonly #table: Table<Message>;
  readonly #prefix: string;
  readonly #messages = new Map<number, Message>();
  readonly #waiting = new Set<() => void>();
  /** Of the last minutes; begun anew after a restart, as SQS's own figures are approximate. */
  readonly #shares = new Shares();
  #nextSequence = 1;

  constructor(kernel: Kernel, queueArn: string) {
    this.#kernel = kernel;
    this.#table = kernel.store.table<Message>('sqs.messages');
    this.#prefix = `${queueArn}/`;
    for (const { value } of this.#table.entries(this.#prefix)) {
      this.#messages.set(value.sequence, value);
      this.#nextSequence = value.sequence + 1;
    }
  }

  send(message: NewMessage): Message {
    const now = this.#kernel.clock.now();
    const { delaySeconds, ...rest } = message;
    return this.#add({ ...rest, id: randomUUID(), sentAt: now, visibleAt: now + delaySeconds * 1000, receiveCount: 0 });
  }

  /** Takes a message over from a queue whose dead letters come here; its id and age stay. */
  adopt(message: Message): void {
    const { receipt: _, firstReceivedAt: __, lastReceivedAt: ___, ...rest } = message;
    this.#add({ ...rest, visibleAt: this.#kernel.clock.now(), receiveCount: 0 });
  }

  #add(message: Omit<Message, 'sequence'>): Message {
    const stored = { ...message, sequence: this.#nextSequence++ };
    this.#shares.sent(groupOf(stored), this.#kernel.clock.now());
    this.#put(stored);
    this.#wake();
    return stored;
  }

  /** Up to `max` visible messages, now in flight for `visibilitySeconds`. `dead` gets those received too often. */
  receive(
    max: number,
    visibilitySeconds: number,
    retentionSeconds: number,
    dead: { readonly after: number; readonly adopt: (message: Message) => void } | undefined,
  ): Message[] {
    const now = this.#kernel.clock.now();
    const received: Message[] = [];
    for (const message of inFairOrder(this.#groups(now, retentionSeconds), this.#shares, now)) {
      if (dead && message.receiveCount >= dead.after) {
        this.#remove(message);
        dead.adopt(message);
        continue;
      }
      const taken = {
        ...message,
        visibleAt: now + visibilitySeconds * 1000,
        receiveCount: message.receiveCount + 1,
        firstReceivedAt: message.firstReceivedAt ?? now,
        lastReceivedAt: now,
        receipt: this.#kernel.randomHex(16),
      };
      this.#put(taken);
      received.push(taken);
      if (received.length === max) break;
    }
    return received;
  }

  #groups(now: number, retentionSeconds: number): Groups<Message> {
    for (const message of this.#messages.values())
      if (message.sentAt + retentionSeconds * 1000 <= now) this.#remove(message);
    return groupsOf(this.#messages.values(), now);
  }

  find(sequence: number): Message | undefined {
    return this.#messages.get(sequence);
  }

  delete(message: Message): void {
    this.#noteProcessed(message);
    this.#remove(message);
  }

  changeVisibility(message: Message, seconds: number): void {
    if (seconds === 0) this.#noteProcessed(message);
    this.#put({ ...message, visibleAt: this.#kernel.clock.now() + seconds * 1000 });
    this.#wake();
  }

  #noteProcessed(message: Message): void {
    const now = this.#kernel.clock.now();
    if (message.lastReceivedAt !== undefined)
      this.#shares.processed(groupOf(message), message.lastReceivedAt, Math.min(now, message.visibleAt));
  }

  purge(): void {
    this.#kernel.store.transaction(() => {
      for (const message of [...this.#messages.values()]) this.#remove(message);
    });
  }

  counts(): { visible: number; inFlight: number; delayed: number } {
    const now = this.#kernel.clock.now();
    const counts = { visible: 0, inFlight: 0, delayed: 0 };
    for (const message of this.#messages.values()) {
      if (message.visibleAt <= now) counts.visible++;
      else if (message.receiveCount === 0) counts.delayed++;
      else counts.inFlight++;
    }
    return counts;
  }

  /** Settles when a message may have become visible, and at `deadline` (ms since 1970) at the latest. */
  changed(deadline: number): Promise<void> {
    const now = this.#kernel.clock.now();
    let next = deadline;
    for (const message of this.#messages.values())
      if (message.visibleAt > now && message.visibleAt < next) next = message.visibleAt;
    return new Promise((resolve) => {
      let timer: Timer | undefined;
      const done = () => {
        timer?.cancel();
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
      timer = this.#kernel.clock.at(next, done);
    });
  }

  /** Ends all waits at once. */
  wakeAll(): void {
    this.#wake();
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }

  #put(message: Message): void {
    this.#messages.set(message.sequence, message);
    this.#table.put(this.#prefix + sequenceKey(message.sequence), message);
  }

  #remove(message: Message): void {
    this.#messages.delete(message.sequence);
    this.#table.delete(this.#prefix + sequenceKey(message.sequence));
  }
}
