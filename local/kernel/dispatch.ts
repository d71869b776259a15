import { randomUUID } from 'node:crypto';
import type { DrawFault, FaultKind } from '../faults/faults.ts';
import { type Authorise, denialMessage } from '../iam/authorise.ts';
import { userIdentity } from '../trail/records.ts';
import { redactParameters } from '../trail/redact.ts';
import type { TrailWriter } from '../trail/trail.ts';
import type { Clock } from './clock.ts';
import { failure } from './error-names.ts';
import { AwsError } from './errors.ts';
import { invalidInput } from './invalid-input.ts';
import type { Access, Call, Operation, Principal, Service } from './service.ts';

/** A call that gets no answer: the server cuts the connection. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly reset: boolean;

  constructor(kind: FaultKind) {
    super(`fault: ${kind}`);
    this.reset = kind === 'reset';
  }
}

export interface Dispatch {
  /** One call from parsed input to output: faults, schema, permissions, effect, trail. Throws AwsError or NoAnswer. */
  run(service: Service, operation: Operation, input: unknown, call: Call): Promise<unknown>;
  /** Writes a call to the trail that did not go through `run`. */
  note(service: Pick<Service, 'eventSource'>, eventName: string, call: Call, outcome: Noted): void;
  authorise(service: Pick<Service, 'name' | 'protocol'>, principal: Principal, region: string, access: Access): void;
}

interface Noted {
  readonly error?: unknown;
  readonly input?: unknown;
  readonly accesses?: readonly Access[];
  readonly redact?: readonly string[];
}

/** Calls so frequent that the trail has them in short form: what was called upon, no parameters. */
const isDataEvent = (eventSource: string, eventName: string): boolean => {
  switch (eventSource) {
    case 's3.amazonaws.com':
      return /Object|Part|MultipartUpload/.test(eventName);
    case 'ebs.amazonaws.com':
      return eventName === 'GetSnapshotBlock' || eventName === 'PutSnapshotBlock';
    case 'sqs.amazonaws.com':
      return eventName === 'ReceiveMessage' || eventName.startsWith('ChangeMessageVisibility');
    case 'states.amazonaws.com':
      return eventName === 'SendTaskHeartbeat';
    case 'dynamodb.amazonaws.com':
      return /Item|Query|Scan/.test(eventName);
    case 'execute-api.amazonaws.com':
      return true;
    default:
      return false;
  }
};

export const createDispatch = (deps: {
  readonly authorise: Authorise;
  readonly drawFault: DrawFault;
  readonly trail: TrailWriter;
  readonly clock: Clock;
}): Dispatch => {
  const { trail, clock } = deps;

  const authorise: Dispatch['authorise'] = (service, principal, region, access) => {
    const decision = deps.authorise(principal, region, access);
    if (decision.allowed) return;
    const message = denialMessage(principal, access, decision);
    const words =
      service.protocol === 'ec2-query' ? `You are not authorized to perform this operation. ${message}` : message;
    throw failure(service, 'accessDenied', words);
  };

  const note: Dispatch['note'] = (service, eventName, call, { error, input, accesses, redact }) => {
    const { eventSource } = service;
    const short = isDataEvent(eventSource, eventName);
    const requestParameters = short ? undefined : redactParameters(input, redact);
    const resources = accesses
      ?.filter((access) => access.resource !== '*')
      .map((access) => ({ ARN: access.resource, accountId: access.resourceAccountId ?? call.accountId }));
    trail.write({
      eventTime: new Date(clock.now()).toISOString(),
      eventID: randomUUID(),
      eventSource,
      eventName,
      awsRegion: call.region,
      recipientAccountId: call.accountId,
      userIdentity: userIdentity(call.principal),
      ...(requestParameters === undefined ? {} : { requestParameters }),
      ...(resources && resources.length > 0 ? { resources } : {}),
      ...(error === undefined ? {} : describe(error)),
      requestID: call.requestId,
    });
  };

  return {
    authorise,
    note,
    async run(service, operation, raw, call) {
      let input = raw;
      let accesses: readonly Access[] = [];
      let error: unknown;
      try {
        const { dryRun, parameters } = takeDryRun(service, raw);
        const parsed = operation.input.safeParse(parameters);
        if (!parsed.success) throw invalidInput(service, parsed.error);
        input = parsed.data;
        const fault = deps.drawFault(service.name, operation.name, input);
        if (fault) suffer(service, fault, operation.name);
        accesses = await operation.access(input, call);
        for (const access of accesses) authorise(service, call.principal, call.region, access);
        if (dryRun) throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
        const output = await operation.run(input, call);
        if (fault === 'timeout-after') throw new NoAnswer(fault);
        return output;
      } catch (cause) {
        error = cause;
        throw cause;
      } finally {
        const redact = operation.redact;
        note(service, operation.name, call, { input, accesses, error, ...(redact ? { redact } : {}) });
      }
    },
  };
};

/** EC2 answers `DryRun` for every action alike: after the permissions, before any effect. */
const takeDryRun = (service: Service, input: unknown): { dryRun: boolean; parameters: unknown } => {
  if (service.protocol !== 'ec2-query' || typeof input !== 'object' || input === null || !('DryRun' in input))
    return { dryRun: false, parameters: input };
  const { DryRun, ...parameters } = input;
  return { dryRun: String(DryRun) === 'true', parameters };
};

const suffer = (service: Service, fault: FaultKind, operation: string): void => {
  switch (fault) {
    case 'throttle':
      throw failure(service, 'throttled', 'Rate exceeded');
    case 'error-500':
      throw failure(service, 'internal', 'An internal error has occurred');
    case 'error-503':
      throw failure(service, 'unavailable', 'The service is unavailable. Please try again shortly.');
    case 'access-denied':
      throw failure(service, 'accessDenied', `not authorized to perform: ${service.name}:${operation}`);
    case 'timeout-before':
    case 'reset':
      throw new NoAnswer(fault);
    case 'timeout-after':
      return;
  }
};

const describe = (error: unknown): { errorCode: string; errorMessage: string } => {
  if (error instanceof AwsError) return { errorCode: error.code, errorMessage: error.message.slice(0, 1024) };
  if (error instanceof NoAnswer) return { errorCode: 'NoAnswer', errorMessage: error.message };
  return { errorCode: 'InternalFailure', errorMessage: 'the local cloud itself failed' };
};
