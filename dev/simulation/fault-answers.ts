import { createWireProtocol, guessProtocol } from '../../local/http/protocols.ts';
import { type Failure, failure } from '../../local/kernel/error-names.ts';
import type { Protocol, Service } from '../../local/kernel/service.ts';
import type { FaultKind, SimCall } from './call.ts';
import type { WireAnswer, WireCall } from './wire.ts';

const REFUSALS: Partial<Record<FaultKind, readonly [Failure, string]>> = {
  throttle: ['throttled', 'Rate exceeded'],
  'error-5xx': ['internal', 'An internal error has occurred'],
  'access-denied': ['accessDenied', 'is not authorized to perform this (simulated)'],
  'expired-token': ['expiredToken', 'The security token included in the request is expired'],
};

const protocolOf = (service: string, wire: WireCall): Protocol =>
  service === 'ec2'
    ? 'ec2-query'
    : service === 's3'
      ? 'rest-xml'
      : ['ebs', 'lambda', 'scheduler', 'execute-api'].includes(service)
        ? 'rest-json'
        : guessProtocol(wire.headers);

/** What the service itself would answer instead, in its own form and by its own name of that failure. */
export const answerOfFault = (kind: FaultKind, { service: name }: SimCall, wire: WireCall): WireAnswer | undefined => {
  const [what, words] = REFUSALS[kind] ?? [];
  if (!what) return undefined;
  const service: Service = { name, protocol: protocolOf(name, wire), eventSource: name, operations: [] };
  const error = failure(service, what, words as string);
  const { status, headers, body } = createWireProtocol(service).error(error, 'simulated', wire.method);
  const text = Buffer.isBuffer(body) ? body : Buffer.from((body as string | undefined) ?? '');
  return { status, headers: { ...(headers as Record<string, string>) }, body: text };
};

/** The same status and headers, and a body that is not what they say. */
export const garbled = (answer: WireAnswer): WireAnswer => ({
  ...answer,
  body: Buffer.concat([Buffer.from('\u0000<{['), answer.body.subarray(0, answer.body.length >> 1)]),
});

/** What arrives before the connection ends in the middle of an answer. */
export const cutShort = (body: Buffer): Buffer => body.subarray(0, body.length >> 1);

const isConsistent = (input: unknown): boolean => {
  const { ConsistentRead, RequestItems } = (input ?? {}) as { ConsistentRead?: boolean; RequestItems?: object };
  if (RequestItems === undefined) return ConsistentRead === true;
  return Object.values(RequestItems).every((of: { ConsistentRead?: boolean }) => of.ConsistentRead === true);
};

/** Reads that AWS calls eventually consistent. S3's are not, nor DynamoDB's that ask for it, nor what changes anything. */
export const mayBeStale = ({ service, operation, input }: SimCall): boolean => {
  if (service === 'dynamodb') return /^(Get|BatchGet|Query|Scan)/.test(operation) && !isConsistent(input);
  return ['ec2', 'states', 'iam', 'scheduler', 'sqs'].includes(service) && /^(Describe|List|Get)/.test(operation);
};

/** What was answered to reads, for faults that answer it again. */
export interface Memory {
  keep(wire: WireCall, answer: WireAnswer): void;
  /** What the same request was answered the time before the last; undefined if there was none. */
  before(wire: WireCall): WireAnswer | undefined;
}

const MOST = 5_000;

export const createMemory = (): Memory => {
  const kept = new Map<string, WireAnswer>();
  const keyOf = ({ method, target, headers, body }: WireCall): string =>
    `${method} ${headers.host} ${target} ${headers['x-amz-target'] ?? ''} ${body?.toString('latin1') ?? ''}`;
  return {
    keep(wire, answer) {
      // an upload is no read, and large
      if (answer.status >= 300 || (wire.body?.length ?? 0) > 65_536 || answer.body.length > 1_048_576) return;
      kept.set(keyOf(wire), answer);
      if (kept.size > MOST) kept.delete(kept.keys().next().value as string);
    },
    before: (wire) => kept.get(keyOf(wire)),
  };
};
