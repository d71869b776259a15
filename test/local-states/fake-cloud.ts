import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, VirtualClock } from '../../local/kernel/clock.ts';
import { AwsError } from '../../local/kernel/errors.ts';
import type { Call, Kernel, LocalEvent, Principal, Service } from '../../local/kernel/service.ts';
import { openStore, type Store } from '../../local/kernel/store.ts';
import { createStates } from '../../local/states/service.ts';

export const ACCOUNT = '111111111111';
export const REGION = 'us-east-1';
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/machine`;

export type Handler = (input: Record<string, unknown>, principal: Principal) => unknown;

export interface MadeCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly principal: Principal;
}

export interface Described {
  readonly status: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
  readonly input: string;
  readonly mapRunArn?: string;
  readonly stateMachineArn: string;
  readonly name: string;
}

export interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly timestamp: number;
  readonly [details: string]: unknown;
}

const principalOf = (accountId: string): Principal => ({
  kind: 'user',
  accountId,
  arn: `arn:aws:iam::${accountId}:user/ops`,
  userId: 'AIDA',
});

/** One life of the process: it ends, as by SIGKILL, when so many writes have reached the disk. */
interface Life {
  writesLeft: number;
  writes: number;
  readonly ended: boolean;
}

const newLife = (writesLeft: number): Life => ({
  writesLeft,
  writes: 0,
  get ended() {
    return this.writesLeft < 0;
  },
});

/** A store whose writes no longer reach the disk once the life is over. What is in one transaction is one write. */
const mortalStore = (store: Store, life: Life): Store => {
  let inside = false;
  const write = (act: () => void): void => {
    if (!inside) {
      life.writesLeft--;
      life.writes++;
    }
    if (!life.ended) act();
  };
  return {
    ...store,
    table: <T>(name: string) => {
      const table = store.table<T>(name);
      return {
        ...table,
        put: (key: string, value: T) => write(() => table.put(key, value)),
        delete: (key: string) => write(() => table.delete(key)),
      };
    },
    transaction: (fn) => {
      life.writesLeft--;
      life.writes++;
      inside = true;
      try {
        return store.transaction(fn);
      } finally {
        inside = false;
      }
    },
  };
};

const mortalClock = (clock: Clock, life: Life): Clock => ({
  now: () => clock.now(),
  at: (time, fn) => clock.at(time, () => life.ended || fn()),
});

export class Dead extends Error {}

/** Step Functions on a store and a virtual clock, with handlers in the place of the services that tasks call. */
export class TestCloud {
  readonly dataDir: string;
  readonly clock: VirtualClock;
  readonly handlers: Map<string, Handler>;
  readonly calls: MadeCall[] = [];
  readonly events: LocalEvent[] = [];
  /** Actions that nobody is allowed. */
  readonly denied = new Set<string>();
  /** Runs before a call from inside, and may throw, as a fault does. */
  readonly trouble = new Map<string, (input: Record<string, unknown>) => void>();
  #random = 0;
  #store: Store;
  #life: Life;
  #kernel: Kernel;
  #service: Service;

  constructor(
    options: {
      handlers?: Record<string, Handler>;
      dataDir?: string;
      clock?: VirtualClock;
      random?: number;
      writes?: number;
    } = {},
  ) {
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'local-states-'));
    this.clock = options.clock ?? new VirtualClock();
    this.handlers = new Map(Object.entries(options.handlers ?? {}));
    this.#random = options.random ?? 0;
    this.#store = openStore(this.dataDir);
    this.#life = newLife(options.writes ?? Number.POSITIVE_INFINITY);
    this.#kernel = this.#open(this.#life);
    this.#service = createStates(this.#kernel) as Service;
    void this.#service.start?.();
  }

  #open(life: Life): Kernel {
    return {
      store: mortalStore(this.#store, life),
      clock: mortalClock(this.clock, life),
      randomHex: (bytes) => (++this.#random).toString(16).padStart(bytes * 2, '0'),
      call: async (principal, region, service, operation, input) => {
        if (life.ended) return await new Promise<never>(() => undefined);
        const made = { service, operation, input: input as Record<string, unknown>, principal };
        this.calls.push(made);
        this.trouble.get(`${service}:${operation}`)?.(made.input);
        const handler = this.handlers.get(`${service}:${operation}`);
        if (handler) return handler(made.input, principal);
        if (service === 'states') return this.#states(operation, input, principal, region);
        throw new AwsError('UnknownOperationException', `no handler for ${service}:${operation}`);
      },
      serviceSession: async (servicePrincipal, roleArn, sessionName) => {
        assert.equal(servicePrincipal, 'states.amazonaws.com');
        const name = roleArn.split('/').at(-1);
        return {
          kind: 'assumed-role',
          accountId: ACCOUNT,
          arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${sessionName}`,
          userId: `AROA:${sessionName}`,
          roleArn,
        };
      },
      issueCredentials: () => {
        throw new Error('not used');
      },
      authorise: (principal, _region, accesses) => {
        for (const { action, resource } of accesses) {
          if (this.denied.has(action)) {
            throw new AwsError(
              'AccessDeniedException',
              `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource}`,
            );
          }
        }
      },
      endpoint: 'http://127.0.0.1:0',
      onEvent: () => () => undefined,
      emit: (event) => void this.events.push(event),
    };
  }

  async #states(name: string, input: unknown, principal: Principal, region = REGION): Promise<unknown> {
    const operation = this.#service.operations.find((candidate) => candidate.name === name);
    assert.ok(operation, `no operation ${name}`);
    const parsed = operation.input.safeParse(input);
    if (!parsed.success) throw new AwsError('ValidationException', parsed.error.message);
    const call: Call = { principal, accountId: principal.accountId, region, requestId: 'request' };
    this.#kernel.authorise(principal, region, await operation.access(parsed.data, call));
    return operation.run(parsed.data, call);
  }

  /** Calls an operation as a user would; the answer as it would go over the wire. */
  async api<T = Record<string, unknown>>(name: string, input: unknown, accountId = ACCOUNT): Promise<T> {
    const life = this.#life;
    if (life.ended) throw new Dead();
    const answer = await this.#states(name, input, principalOf(accountId));
    if (life.ended) throw new Dead();
    return JSON.parse(JSON.stringify(answer)) as T;
  }

  async create(name: string, definition: unknown, type = 'STANDARD'): Promise<string> {
    const text = typeof definition === 'string' ? definition : JSON.stringify(definition);
    const { stateMachineArn } = await this.api<{ stateMachineArn: string }>('CreateStateMachine', {
      name,
      definition: text,
      roleArn: ROLE,
      type,
    });
    return stateMachineArn;
  }

  async startExecution(stateMachineArn: string, input: unknown = {}, name?: string): Promise<string> {
    const { executionArn } = await this.api<{ executionArn: string }>('StartExecution', {
      stateMachineArn,
      input: JSON.stringify(input),
      ...(name === undefined ? {} : { name }),
    });
    return executionArn;
  }

  describe(executionArn: string): Promise<Described> {
    return this.api<Described>('DescribeExecution', { executionArn });
  }

  /** Lets everything that is ready run, without moving the time. */
  settle(): Promise<void> {
    return this.clock.advance(0);
  }

  /** Moves the time from timer to timer until the execution has ended. */
  async finish(executionArn: string): Promise<Described> {
    for (let turn = 0; turn < 100_000; turn++) {
      await this.settle();
      const described = await this.describe(executionArn);
      if (described.status !== 'RUNNING') return described;
      const next = this.clock.nextAt();
      assert.ok(next !== undefined, `${executionArn} waits for nothing:\n${await this.types(executionArn)}`);
      await this.clock.advance(Math.max(0, next - this.clock.now()));
    }
    throw new Error('does not end');
  }

  async run(definition: unknown, input: unknown = {}): Promise<Described & { executionArn: string }> {
    const machine = await this.create(`machine-${++this.#random}`, definition);
    const executionArn = await this.startExecution(machine, input);
    return { ...(await this.finish(executionArn)), executionArn };
  }

  async history(executionArn: string): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.api<{ events: HistoryEvent[]; nextToken?: string }>('GetExecutionHistory', {
        executionArn,
        maxResults: 1000,
        ...(nextToken === undefined ? {} : { nextToken }),
      });
      events.push(...page.events);
      nextToken = page.nextToken;
    } while (nextToken);
    return events;
  }

  async types(executionArn: string): Promise<string[]> {
    return (await this.history(executionArn)).map(({ type }) => type);
  }

  get isDead(): boolean {
    return this.#life.ended;
  }

  /** How many writes have reached the disk in this life. */
  get writes(): number {
    return this.#life.writes;
  }

  /** Starts the service again on what a SIGKILL has left on the disk. */
  async revive(writes = Number.POSITIVE_INFINITY): Promise<void> {
    this.#life = newLife(writes);
    this.#kernel = this.#open(this.#life);
    this.#service = createStates(this.#kernel) as Service;
    await this.#service.start?.();
    await this.settle();
  }

  /** Stops the service and opens it again on the same store, as a restart of the local cloud does. */
  async restart(): Promise<void> {
    await this.#service.stop?.();
    await this.settle();
    await this.#store.close();
    this.#store = openStore(this.dataDir);
    this.#life = newLife(Number.POSITIVE_INFINITY);
    this.#kernel = this.#open(this.#life);
    this.#service = createStates(this.#kernel) as Service;
    await this.#service.start?.();
    await this.settle();
  }

  async close(): Promise<void> {
    await this.#service.stop?.();
    await this.settle();
    await this.#store.close();
  }
}

/** A Lambda that answers by function name; what is thrown becomes a function error. */
export const lambda =
  (functions: Record<string, (event: unknown) => unknown>): Handler =>
  async ({ FunctionName, Payload, LogType }) => {
    const name = String(FunctionName).split(':function:').at(-1) ?? '';
    const run = functions[name];
    if (!run) {
      throw new AwsError(
        'ResourceNotFoundException',
        `Function not found: ${arnOfFunction(String(FunctionName))}:$LATEST`,
        404,
      );
    }
    try {
      const result = await run(JSON.parse((Payload as Buffer).toString()));
      const log = LogType === 'Tail' ? { LogResult: '' } : {};
      return {
        StatusCode: 200,
        ExecutedVersion: '$LATEST',
        Payload: Buffer.from(JSON.stringify(result ?? null)),
        ...log,
      };
    } catch (error) {
      if (error instanceof AwsError) throw error;
      const { name: type, message } = error as Error;
      const text = `{"errorMessage": ${JSON.stringify(message)}, "errorType": ${JSON.stringify(type)}, "requestId": "0", "stackTrace": []}`;
      return { StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST', Payload: Buffer.from(text) };
    }
  };

const arnOfFunction = (name: string): string =>
  name.startsWith('arn:') ? name : `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`;

export const named = (name: string, message = ''): Error => Object.assign(new Error(message), { name });
