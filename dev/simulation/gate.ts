import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Cloud } from '../../local/cloud.ts';
import type { Chaos, FaultKind, SimCall } from './call.ts';
import { answerOfFault, createMemory, cutShort, garbled, type Memory, mayBeStale } from './fault-answers.ts';
import type { Trace } from './trace.ts';
import type { Random } from './virtual/seeded-random.ts';
import { currentProcess, type SimProcess } from './virtual/sim-process.ts';
import { sendToCloud, type WireAnswer, type WireCall } from './wire.ts';

/** What all calls of a run go through. */
export interface Gate {
  readonly cloud: Pick<Cloud, 'handle'>;
  readonly trace: Trace;
  /** Virtual milliseconds that a call takes one way. */
  readonly latency: () => number;
  readonly chaos: Chaos;
  /** Hears of calls that reach the cloud, and what it answers. */
  readonly watch?: Watch | undefined;
}

export interface Watch {
  arrived(call: SimCall): void;
  answered(call: SimCall, answer: WireAnswer | undefined): void;
}

let gate: Gate | undefined;
let memory: Memory = createMemory();
let calls = 0;

export const openGate = (next: Gate | undefined): void => {
  gate = next;
  memory = createMemory();
  calls = 0;
};

/** Most calls take some 10 ms, a few take long enough for others to overtake them. */
export const latencyOf = (random: Random) => (): number =>
  random.chance(0.01) ? random.below(2_000) : 1 + random.below(20);

/** What of a command's input is to be otherwise, before it is signed; undefined leaves it. */
export type Reshape = (operation: string, input: object) => object | undefined;
let reshape: Reshape | undefined;
export const reshapeInputs = (how: Reshape | undefined): void => {
  reshape = how;
};

interface Named {
  readonly operation: string;
  readonly input: unknown;
}
const command = new AsyncLocalStorage<Named>();

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** The timer goes when the work is done: thousands of them would be waited for, one by one. */
const inTime = <T>(work: Promise<T>, ms: number): Promise<T | 'late'> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('late'), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
/** A dead process is never told anything. */
const forever = new Promise<never>(() => undefined);

const timeout = (after: number): Error =>
  Object.assign(new Error(`Request did not complete within ${after} ms`), { name: 'TimeoutError', code: 'ETIMEDOUT' });
const reset = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

const NOBODY: Pick<SimProcess, 'name' | 'kind'> = { name: 'somebody', kind: 'person' };

/** Lets one request through, with all that may happen to it on its way. */
export const pass = async (wire: WireCall, timeoutMs: number): Promise<WireAnswer> => {
  if (!gate) throw new Error('no simulation runs');
  const { cloud, trace, latency, chaos, watch } = gate;
  const who = currentProcess();
  if (who?.dead) return forever;
  const call = describe(wire, who);
  const verdict = chaos(call);
  const line = `${call.who} ${call.service} ${call.operation}`;
  if (typeof verdict === 'object' && 'late' in verdict) {
    trace.note(`${line}: paused for ${verdict.late} ms`);
    await later(verdict.late);
  }
  const end = Date.now() + timeoutMs;
  const lost = async (what: string): Promise<never> => {
    trace.note(`${line}: ${what}`);
    await later(Math.max(0, end - Date.now()));
    throw timeout(timeoutMs);
  };
  const die = (when: string): Promise<never> => {
    trace.note(`${line}: ${call.who} dies ${when}`);
    who?.die();
    return forever;
  };
  const fault: FaultKind | undefined = typeof verdict === 'object' && 'fault' in verdict ? verdict.fault : undefined;
  const crash = typeof verdict === 'object' && 'crash' in verdict ? verdict.crash : undefined;
  await later(latency());
  if (who?.dead) return forever;
  if (crash === 'before') return die('before');
  if (fault === 'timeout-before') return lost('timeout before');
  const refused = fault && answerOfFault(fault, call, wire);
  if (refused) {
    trace.note(`${line}: ${fault}`);
    await later(latency());
    return refused;
  }
  const stale = fault === 'stale-read' && mayBeStale(call) ? memory.before(wire) : undefined;
  const send = (): Promise<WireAnswer | undefined> => sendToCloud(cloud, wire);
  watch?.arrived(call);
  const sent = typeof verdict === 'object' && 'instead' in verdict ? () => verdict.instead(wire, send) : send;
  const answered = stale ?? (await inTime(sent(), timeoutMs));
  if (answered === 'late') return lost('no answer');
  watch?.answered(call, answered);
  if (answered && !stale) memory.keep(wire, answered);
  if (who?.dead) return forever;
  if (crash === 'after') return die('after');
  if (fault === 'timeout-after') return lost('timeout after');
  trace.note(`${line}: ${answered?.status ?? 'reset'}${stale ? ' stale' : fault ? ` ${fault}` : ''}`);
  await later(latency());
  if (!answered) throw reset();
  if (fault === 'malformed-answer') return garbled(answered);
  return fault === 'cut-page' ? cutOff(answered) : answered;
};

/** On an answer whose connection ends in the middle of its body. */
const CUT = 'x-simulation-cut';
/** The same answer, whose connection ends in the middle of it. */
export const cutOff = (answer: WireAnswer): WireAnswer => ({
  ...answer,
  headers: { ...answer.headers, [CUT]: 'true' },
});
const isCut = (answer: WireAnswer): boolean => answer.headers[CUT] === 'true';

const describe = (wire: WireCall, who: SimProcess | undefined): SimCall => {
  const { name, kind } = who ?? NOBODY;
  const service = /Credential=[^/]+\/\d+\/[^/]*\/([^/]+)\//.exec(wire.headers.authorization ?? '')?.[1] ?? 'unsigned';
  const named = command.getStore();
  const path = wire.target.split('?')[0] ?? '';
  return {
    index: calls++,
    who: name,
    kind,
    ordinal: who ? who.calls++ : 0,
    invocation: who?.invocations ?? 0,
    service,
    operation: named?.operation ?? `${wire.method} ${path}`,
    input: named?.input,
  };
};

const bytesOf = async (body: unknown): Promise<Buffer | undefined> => {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const parts: Buffer[] = [];
  for await (const part of body as AsyncIterable<Uint8Array>) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
};

const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);

const queryText = (query: Readonly<Record<string, string | string[] | null>> = {}): string =>
  Object.keys(query)
    .sort()
    .flatMap((name) => {
      const value = query[name] as string | string[] | null;
      if (Array.isArray(value)) return value.map((one) => `${escaped(name)}=${escaped(one)}`);
      return [value ? `${escaped(name)}=${escaped(value)}` : escaped(name)];
    })
    .join('&');

const headersOf = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

const bodyStream = (answer: WireAnswer): Readable =>
  isCut(answer)
    ? Readable.from(
        (async function* () {
          yield cutShort(answer.body);
          throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
        })(),
      )
    : Readable.from(answer.body.length > 0 ? [answer.body] : [], { objectMode: false });

const UNSIGNED = '0'.repeat(64);
const aborted = (): Error => Object.assign(new Error('Request aborted'), { name: 'AbortError' });

type Handle = (args: { readonly input: object }) => Promise<unknown>;
interface AnyCommand {
  readonly input: unknown;
  readonly constructor: { readonly name: string };
  readonly middlewareStack: {
    add(middleware: (next: Handle) => Handle, at: { readonly step: 'initialize'; readonly priority: 'high' }): void;
  };
}

/** The SDK's clients and `fetch` go through the gate from here on. */
export const installGate = (): void => {
  const client = Object.getPrototypeOf(SQSClient.prototype) as {
    send: (this: unknown, one: AnyCommand) => unknown;
  };
  const { send } = client;
  client.send = function (one, ...rest) {
    const operation = one.constructor.name.replace(/Command$/, '');
    const { input } = one;
    const other = typeof input === 'object' && input !== null ? reshape?.(operation, input) : undefined;
    if (other)
      one.middlewareStack.add((next) => (args) => next({ ...args, input: other }), {
        step: 'initialize',
        priority: 'high',
      });
    return command.run({ operation, input: one.input }, () => send.call(this, one, ...rest));
  };

  // As long as any, and looked at by nobody (world.ts): real ones were a tenth of a run. Who signs is in the header.
  const signer = SignatureV4.prototype as unknown as Record<string, unknown>;
  Object.assign(signer, {
    getSigningKey: async () => undefined,
    createCanonicalRequest: () => '',
    getSignature: async () => UNSIGNED,
  });

  NodeHttpHandler.prototype.handle = async function (request, { abortSignal, requestTimeout } = {}) {
    const signal = abortSignal as AbortSignal | undefined;
    if (signal?.aborted) throw aborted();
    const { configProvider } = this as unknown as { configProvider: Promise<{ requestTimeout?: number }> };
    const timeoutMs = requestTimeout ?? (await configProvider).requestTimeout ?? 300_000;
    const query = queryText(request.query as Record<string, string>);
    const wire: WireCall = {
      method: request.method,
      target: query === '' ? request.path : `${request.path}?${query}`,
      headers: { host: `${request.hostname}${request.port ? `:${request.port}` : ''}`, ...headersOf(request.headers) },
      body: await bytesOf(request.body),
    };
    const answer = await new Promise<WireAnswer>((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(aborted()), { once: true });
      pass(wire, timeoutMs).then(resolve, reject);
    });
    const { status, headers } = answer;
    return { response: { statusCode: status, headers: { ...headers }, body: bodyStream(answer) } } as never;
  };

  globalThis.fetch = (async (input: URL | string, init: RequestInit = {}) => {
    const url = new URL(input);
    const headers = { host: url.host, ...headersOf(init.headers as Record<string, string>) };
    const { method = 'GET' } = init;
    const body = await bytesOf(init.body);
    const target = `${url.pathname}${url.search}`;
    const answer = await pass({ method, target, headers, body }, 35_000);
    if (isCut(answer)) throw reset();
    return new Response(new Uint8Array(answer.body), { status: answer.status, headers: { ...answer.headers } });
  }) as typeof fetch;
};
