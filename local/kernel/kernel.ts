import { randomUUID } from 'node:crypto';
import type { Directory } from '../iam/directory.ts';
import { principalOfRole } from '../iam/directory.ts';
import type { Clock } from './clock.ts';
import { type Dispatch, NoAnswer } from './dispatch.ts';
import { failure } from './error-names.ts';
import { AwsError } from './errors.ts';
import type { Access, Call, Kernel, LocalEvent, Principal, Service } from './service.ts';
import type { Store } from './store.ts';

const IN_ITS_OWN_NAME = { name: 'sts', protocol: 'aws-json', eventSource: 'sts.amazonaws.com' } as const;
const GATEWAY = { name: 'execute-api', protocol: 'rest-json' } as const;

/** Puts the kernel together. `services` may still be empty: it is looked at when a call comes. */
export const createKernel = (deps: {
  readonly store: Store;
  readonly clock: Clock;
  readonly randomHex: (bytes: number) => string;
  readonly directory: Directory;
  readonly dispatch: Dispatch;
  readonly services: ReadonlyMap<string, Service>;
  readonly endpoint: () => string;
}): Kernel => {
  const { store, clock, randomHex, directory, dispatch, services } = deps;
  const listeners = new Set<(event: LocalEvent) => void>();

  const call: Kernel['call'] = async (principal, region, name, operationName, input) => {
    const service = services.get(name);
    const operation = service?.operations.find((other) => other.name === operationName);
    if (!service || !operation)
      throw failure(
        service ?? { name, protocol: 'aws-json' },
        'unknownOperation',
        `The local cloud does not have ${name}:${operationName}.`,
      );
    try {
      return await dispatch.run(service, operation, input, callOf(principal, region));
    } catch (error) {
      // From inside there is no connection to cut: the caller sees what an SDK would make of one.
      if (error instanceof NoAnswer)
        throw new AwsError('SdkClientException', `Unable to execute HTTP request: ${error.message}`, 500);
      throw error;
    }
  };

  const serviceSession: Kernel['serviceSession'] = async (servicePrincipal, roleArn, sessionName, sourceArn) => {
    const role = directory.role(roleArn);
    const caller: Principal = {
      kind: 'service',
      accountId: role?.accountId ?? '',
      arn: servicePrincipal,
      userId: servicePrincipal,
      ...(sourceArn === undefined ? {} : { sourceArn }),
    };
    const access: Access = {
      action: 'sts:AssumeRole',
      resource: roleArn,
      context: { 'sts:RoleSessionName': sessionName },
      resourcePolicyGoverns: true,
      ...(role ? { resourcePolicy: role.pinnedTrust } : {}),
    };
    let error: unknown;
    try {
      dispatch.authorise(IN_ITS_OWN_NAME, caller, 'us-east-1', access);
    } catch (cause) {
      error = cause;
    }
    dispatch.note(IN_ITS_OWN_NAME, 'AssumeRole', callOf(caller, 'us-east-1'), {
      input: { roleArn, roleSessionName: sessionName },
      accesses: [access],
      error,
    });
    if (error !== undefined || !role)
      throw new AwsError(
        'AccessDeniedException',
        `${servicePrincipal} is not authorized to assume the role ${roleArn}`,
      );
    return principalOfRole(role, sessionName);
  };

  return {
    store,
    clock,
    randomHex,
    get endpoint() {
      return deps.endpoint();
    },
    call,
    serviceSession,
    issueCredentials: (principal, durationSeconds) => directory.issue(principal, durationSeconds),
    authorise(principal, region, accesses) {
      for (const access of accesses) dispatch.authorise(GATEWAY, principal, region, access);
    },
    emit(event) {
      // Later, so that a listener can neither break nor see half of the call that emitted.
      setImmediate(() => {
        for (const listener of listeners) hear(listener, event);
      });
    },
    onEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** What goes wrong in one listener is its own affair: the others hear the event, too. */
const hear = (listener: (event: LocalEvent) => void, event: LocalEvent): void => {
  try {
    listener(event);
  } catch (error) {
    console.error(`local cloud: a listener failed on ${event['detail-type']}:`, error);
  }
};

const callOf = (principal: Principal, region: string): Call => ({
  principal,
  accountId: principal.accountId,
  region,
  requestId: randomUUID(),
});
