/** A queue, a broker, a state machine and a worker in memory, which note everything that is asked of them in order. */

import { createLog } from '../../access-node/log.ts';
import type { OrderRunner, RunningOrder, WorkEnd } from '../../access-node/order-runner.ts';
import { noCalls } from '../../core/contracts/billed-calls.ts';
import type { ClaimResponse, Counters, HeartbeatResponse, OrderOutcome } from '../../core/contracts/orders.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import type { OrderBroker, OrderMessageInHand, OrderQueue, TaskAnswers } from '../../core/ports/node-control.ts';

export const orderId = 'ord-00000001';
export const taskToken = 'the-task-token';
export const counters: Counters = { ...noCounters, transferred: 3, bytes: 3 * 524_288 };
export const outcome: OrderOutcome = { orderId, claim: 2, resultKey: 'jobs/1/results/ord-00000001-2.json', counters };

const session = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'hidden', sessionToken: 'hidden', expiresAt: 4e12 };

export const yours = (changes: object = {}): ClaimResponse => ({
  outcome: 'yours',
  claim: 2,
  jobId: 'job-00000001',
  attempt: 1,
  tenantAccountId: '222222222222',
  tenantRegion: 'eu-central-1',
  workBucket: 'work',
  documentKey: 'jobs/1/orders/ord-00000001.json',
  resultPrefix: 'jobs/1/results/',
  credentials: { tenant: session, workArea: session },
  blockRate: 100,
  heartbeatSeconds: 0.02,
  ...changes,
});

export const lines: string[] = [];
export const log = createLog((line) => lines.push(line), Date.now);

export const message: OrderMessageInHand = {
  body: JSON.stringify({ orderId, taskToken }),
  receipt: 'receipt-1',
  receiveCount: 1,
};

type Answer<T> = T | Error | (() => T | Promise<T>);
const give = async <T>(answer: Answer<T>): Promise<T> => {
  const value = typeof answer === 'function' ? await (answer as () => T | Promise<T>)() : answer;
  if (value instanceof Error) throw value;
  return value;
};

export interface Script {
  claim?: Answer<ClaimResponse>;
  heartbeat?: Answer<HeartbeatResponse>;
  complete?: Answer<OrderOutcome>;
  release?: Answer<void>;
  reportMessage?: Answer<void>;
  success?: Answer<boolean>;
  failure?: Answer<boolean>;
  delete?: Answer<void>;
  visibility?: Answer<boolean>;
  /** How the work ends; until told otherwise it runs on. */
  work?: WorkEnd;
}

export const createFakes = (script: Script) => {
  const calls: string[] = [];
  const asked: Record<string, unknown[]> = {};
  const note = (name: string, ...details: unknown[]): void => {
    calls.push(name);
    asked[name] = [...(asked[name] ?? []), details.length === 1 ? details[0] : details];
  };

  const queue: OrderQueue = {
    url: 'https://queue',
    receive: async () => [],
    setVisibility: (_receipt, seconds) => {
      note(`visibility ${seconds}`);
      return give(script.visibility ?? true);
    },
    delete: () => {
      note('delete');
      return give(script.delete ?? undefined);
    },
  };
  const broker: OrderBroker = {
    claim: (request) => {
      note('claim', request);
      return give(script.claim ?? yours());
    },
    heartbeat: (request) => {
      note('heartbeat', request);
      return give(script.heartbeat ?? { cancelled: false, blockRate: 50 });
    },
    complete: (request) => {
      note('complete', request);
      return give(script.complete ?? outcome);
    },
    release: (request) => {
      note(request.error ? `release ${request.error.name}` : 'release', request);
      return give(script.release ?? undefined);
    },
    reportMessage: (request) => {
      note('reportMessage', request);
      return give(script.reportMessage ?? undefined);
    },
    noteCondemned: async (request) => note('noteCondemned', request),
    raiseFences: async (request) => note('raiseFences', request),
  };
  const answers: TaskAnswers = {
    success: (token, output) => {
      note('success', token, output);
      return give(script.success ?? true);
    },
    failure: (token, error) => {
      note(`failure ${error.name}`, token, error);
      return give(script.failure ?? true);
    },
  };

  let end: (value: WorkEnd) => void = () => undefined;
  const started = Promise.withResolvers<void>();
  const running: RunningOrder & { rate: number; renewed: number; wantCredentials: () => void } = {
    ended: new Promise((resolve) => {
      end = resolve;
    }),
    rate: 0,
    renewed: 0,
    wantCredentials: () => undefined,
    counters: () => counters,
    calls: () => noCalls,
    progress: () => undefined,
    setRate(rate) {
      running.rate = rate;
    },
    setCredentials() {
      running.renewed += 1;
    },
    stop: () => {
      note('stop');
      end({ end: 'stopped' });
    },
  };
  const runner: OrderRunner = {
    start(_order, wantCredentials) {
      note('start');
      running.wantCredentials = wantCredentials;
      started.resolve();
      if (script.work) end(script.work);
      return running;
    },
  };
  /** Without what merely keeps the order alive. */
  const effects = (): string[] => calls.filter((name) => name !== 'heartbeat' && name !== 'visibility 60');
  return { queue, broker, answers, runner, calls, asked, effects, running, started: started.promise, endWork: end };
};
