import { randomUUID } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/service.ts';
import type { FunctionLogs } from './function-log.ts';
import type { FunctionRecord } from './functions.ts';
import { Instance, type Outcome, type StartThread } from './instance.ts';

const IDLE_MS = 60_000;

interface Idle {
  readonly instance: Instance;
  readonly timer: NodeJS.Timeout;
}

/** The instances of all functions: started on demand, kept warm for a minute (of the machine's time), then ended. */
export class InstancePool {
  readonly #kernel: Kernel;
  readonly #outside: { readonly logs: Pick<FunctionLogs, 'write'>; readonly startThread: StartThread };
  readonly #idleMs: number;
  readonly #idle = new Map<string, Idle[]>();
  readonly #alive = new Set<Instance>();
  readonly #running = new Map<string, number>();
  readonly #queues = new Map<string, (() => void)[]>();

  constructor(kernel: Kernel, logs: Pick<FunctionLogs, 'write'>, startThread: StartThread, idleMs = IDLE_MS) {
    this.#kernel = kernel;
    this.#outside = { logs, startThread };
    this.#idleMs = idleMs;
  }

  /** Throws AccessDeniedException if Lambda cannot assume the function's role. */
  async invoke(record: FunctionRecord, payload: string, requestId: string = randomUUID()): Promise<Outcome> {
    await this.#takeSlot(record);
    try {
      const instance = this.#takeIdle(record) ?? (await this.#start(record));
      const outcome = await instance.invoke({ requestId, payload, invokedFunctionArn: record.aliasArn ?? record.arn });
      this.#giveBack(instance);
      return outcome;
    } finally {
      this.#freeSlot(record);
    }
  }

  /** How many threads there are now, busy and idle, of all functions. */
  get size(): number {
    return this.#alive.size;
  }

  async stop(): Promise<void> {
    for (const list of this.#idle.values()) for (const { timer } of list) clearTimeout(timer);
    this.#idle.clear();
    await Promise.all([...this.#alive].map((instance) => instance.stop()));
  }

  async #takeSlot({ arn, maxInstances }: FunctionRecord): Promise<void> {
    const running = this.#running.get(arn) ?? 0;
    if (running < maxInstances) {
      this.#running.set(arn, running + 1);
      return;
    }
    // The slot of whoever ends next is handed over: the count stays.
    const queue = this.#queues.get(arn) ?? [];
    this.#queues.set(arn, queue);
    await new Promise<void>((resolve) => queue.push(resolve));
  }

  #freeSlot({ arn }: FunctionRecord): void {
    const next = this.#queues.get(arn)?.shift();
    if (next) next();
    else this.#running.set(arn, (this.#running.get(arn) ?? 1) - 1);
  }

  #takeIdle(record: FunctionRecord): Instance | undefined {
    const list = this.#idle.get(record.arn) ?? [];
    // The last one back is taken first, so that those no longer needed grow old.
    for (let idle = list.pop(); idle; idle = list.pop()) {
      clearTimeout(idle.timer);
      if (idle.instance.record.revisionId === record.revisionId && this.#fresh(idle.instance)) return idle.instance;
      idle.instance.end();
    }
    return undefined;
  }

  /** Whether the instance lives, and its credentials outlast another invocation. */
  #fresh({ usable, record, credentialsExpireAt }: Instance): boolean {
    return usable && credentialsExpireAt > this.#kernel.clock.now() + record.timeoutSeconds * 1000 + 60_000;
  }

  async #start(record: FunctionRecord): Promise<Instance> {
    const session = await this.#kernel
      .serviceSession('lambda.amazonaws.com', record.roleArn, record.functionName, record.arn)
      .catch(() => {
        throw new AwsError(
          'AccessDeniedException',
          `The role ${record.roleArn} defined for the function cannot be assumed by Lambda.`,
          403,
        );
      });
    const instance = new Instance(this.#kernel, record, session, this.#outside, (ended) => this.#forget(ended));
    this.#alive.add(instance);
    return instance;
  }

  #giveBack(instance: Instance): void {
    if (!this.#fresh(instance)) {
      instance.end();
      return;
    }
    const list = this.#idle.get(instance.record.arn) ?? [];
    this.#idle.set(instance.record.arn, list);
    const timer = setTimeout(() => instance.end(), this.#idleMs);
    timer.unref();
    list.push({ instance, timer });
  }

  #forget(instance: Instance): void {
    this.#alive.delete(instance);
    const list = this.#idle.get(instance.record.arn) ?? [];
    this.#idle.set(
      instance.record.arn,
      list.filter((idle) => idle.instance !== instance),
    );
  }
}
