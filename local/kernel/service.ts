import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Clock } from './clock.ts';
import type { AwsError } from './errors.ts';
import type { Store } from './store.ts';

/** How a service's requests and answers look on the wire. */
export type Protocol = 'aws-json' | 'aws-query' | 'ec2-query' | 'rest-json' | 'rest-xml';

/**
 * Who calls: a user, a role session, a federated user, or an AWS service acting with a role (`assumed-role` too).
 * `service` is an AWS service acting in its own name (`events.amazonaws.com` calling a function whose policy admits it).
 */
export interface Principal {
  readonly kind: 'root' | 'user' | 'assumed-role' | 'federated-user' | 'service';
  readonly accountId: string;
  /** `arn:aws:iam::111111111111:user/ops`, `arn:aws:sts::111111111111:assumed-role/hub/session`, … */
  readonly arn: string;
  readonly userId: string;
  /** Of an assumed role: the role's own ARN, which trust and resource policies name. */
  readonly roleArn?: string;
  readonly accessKeyId?: string;
  readonly sessionPolicies?: readonly PolicyDocument[];
  readonly sessionTags?: Readonly<Record<string, string>>;
  /** Which of the session tags go on to sessions of roles assumed from this one. */
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
  /** When the session ends, ms since 1970. */
  readonly expiresAt?: number;
  /** Of a federated user: the user whose policies bound it. */
  readonly userArn?: string;
  /** Set by a service that calls another one on the caller's behalf (forward access session), e.g. `ec2` calling KMS. */
  readonly viaService?: string;
  /**
   * Of a service: the resource that makes it call (`aws:SourceArn`). Of a role session that an instance got from its
   * profile: the instance (`ec2:SourceInstanceARN`).
   */
  readonly sourceArn?: string;
  /** Of a service that does not say for whom it calls: the request has neither `aws:SourceArn` nor `aws:SourceAccount`. */
  readonly hidesSource?: true;
}

export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: PolicyStatement | readonly PolicyStatement[];
}

export interface PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One call of one operation, as the service sees it. */
export interface Call {
  readonly principal: Principal;
  /** The account in which the call happens: the caller's, for everything but resources of others named by ARN. */
  readonly accountId: string;
  readonly region: string;
  readonly requestId: string;
}

/** One permission that a call needs. Every one of them must be allowed, or the call is denied. */
export interface Access {
  /** IAM's name of the action, e.g. `ec2:CreateSnapshots`. */
  readonly action: string;
  /** The resource's ARN, or `*` where the action knows no resource. */
  readonly resource: string;
  /**
   * Condition keys and their values, e.g. `{ 'aws:RequestTag/holdfast:job': 'job-1' }`. `[]` says that the request has
   * no value for the key; a key that is not named at all counts as unknown, which fails closed.
   */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** The resource's own policy (bucket, key, queue, function) where it has one. */
  readonly resourcePolicy?: PolicyDocument;
  /** The account that owns the resource; the caller's if absent. Another account's needs a resource policy. */
  readonly resourceAccountId?: string;
  /** Key and trust policies: without an allow of the resource's own policy, identity policies give nothing. */
  readonly resourcePolicyGoverns?: boolean;
  /** Allowed by other means (a KMS grant): only an explicit deny can still refuse it. */
  readonly granted?: boolean;
}

export interface WireRequest {
  readonly method: string;
  /** Decoded path without the query, starting with `/`. */
  readonly path: string;
  /** The path as it was sent. */
  readonly rawPath?: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string | NodeJS.ReadableStream;
  /** Called when all of a body of bytes is with the kernel: the buffer may be used again. Never, where it was cut off. */
  readonly sent?: () => void;
}

/**
 * One API action. `Input` is what the caller sent, after the protocol's generic parsing and the schema:
 * JSON body (aws-json), nested parameters as strings (queries: `Filter.1.Value.2` → `Filter[0].Value[1]`), or what
 * `parse` made of the request (rest-*). `run` answers with the members of AWS's own result (aws-json: as JSON, times
 * in epoch seconds; queries: with the XML member names, lists as `{ item: […] }` or `{ member: […] }`).
 */
export interface Operation<Input = unknown, Output = unknown> {
  /** AWS's name, e.g. `CreateSnapshots`. */
  readonly name: string;
  readonly input: z.ZodType<Input>;
  access(input: Input, call: Call): readonly Access[] | Promise<readonly Access[]>;
  run(input: Input, call: Call): Output | Promise<Output>;
  /** rest-* only: which requests are this operation's. `{name}` matches one segment, `{name+}` the rest. */
  readonly route?: {
    readonly method: string;
    readonly path: string;
    /** Parameters that must be there: `uploads`, or `list-type=2`. */
    readonly query?: readonly string[];
    /** Headers that must be there, lower case, e.g. `x-amz-copy-source`. */
    readonly header?: readonly string[];
  };
  /** rest-* only: the request as input, before the schema. */
  readonly parse?: (request: WireRequest, params: Readonly<Record<string, string>>) => unknown;
  /** rest-* only: the answer on the wire. */
  readonly render?: (output: Output) => WireResponse;
  /** Parameters not to be written to the trail (secrets, payloads). */
  readonly redact?: readonly string[];
}

/** Keeps the input and output types of one operation while it goes into a list of many. */
export const operation = <Input, Output>(definition: Operation<Input, Output>): Operation =>
  definition as unknown as Operation;

/**
 * A route below `/_local` that is not AWS's: how a guest reads and writes its volumes, for one. Only for who holds the
 * control token. The handler reads and writes the streams itself; an error that escapes it is answered as JSON.
 */
export interface ControlRoute {
  readonly method: string;
  /** Below `/_local`, e.g. `/ec2/volumes/{volumeId}/data`; `{name}` matches one segment, `{name+}` the rest. */
  readonly path: string;
  handle(
    request: IncomingMessage,
    response: ServerResponse,
    params: Readonly<Record<string, string>>,
    query: URLSearchParams,
  ): void | Promise<void>;
}

export interface Service {
  /** The name in SigV4's credential scope: `ec2`, `ebs`, `sts`, `states`, `s3`, … */
  readonly name: string;
  readonly protocol: Protocol;
  /** CloudTrail's event source, e.g. `ec2.amazonaws.com`. */
  readonly eventSource: string;
  /** aws-json only: what stands before the dot in `X-Amz-Target`, e.g. `AWSStepFunctions`. */
  readonly target?: string;
  /** Queries only: the namespace of its answers, if it is not one of those that the kernel knows. */
  readonly xmlNamespace?: string;
  readonly operations: readonly Operation[];
  /**
   * Instead of operations (API Gateway's `execute-api`): takes every request signed for this service. Authorises by
   * `kernel.authorise`; AwsErrors are rendered as rest-json.
   */
  handleSigned?(request: WireRequest, call: Call): Promise<WireResponse>;
  /**
   * With `handleSigned`: how this service says that a request's signature is missing, late or wrong, if the request is for
   * it; unsigned ones are told by host and path alone.
   */
  renderRefusal?(
    request: Pick<WireRequest, 'path' | 'rawPath' | 'headers'>,
    error: AwsError,
    requestId: string,
  ): WireResponse | undefined;
  readonly control?: readonly ControlRoute[];
  /** Goes on with what a stop of the local cloud interrupted; called once, when all services are there. */
  start?(): void | Promise<void>;
  stop?(): void | Promise<void>;
}

export interface LocalEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly account: string;
  readonly region: string;
  readonly time: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What a service gets from the cloud that it is part of. */
export interface Kernel {
  readonly store: Store;
  readonly clock: Clock;
  /** `http://127.0.0.1:<port>`: what AWS_ENDPOINT_URL is set to. Known once the cloud listens, before services start. */
  readonly endpoint: string;
  /** Seeded for tests, random otherwise: ids, jitter. Each call gives lower-case hex of `bytes` bytes. */
  readonly randomHex: (bytes: number) => string;
  /**
   * Calls an operation of a service from inside the cloud, authorised against the principal and written to the trail
   * just like a call over the wire. Throws AwsError. `Input` is as after the protocol's generic parsing.
   */
  call(principal: Principal, region: string, service: string, operation: string, input: unknown): Promise<unknown>;
  /** The session that an AWS service (`states.amazonaws.com`, …) has with a role that trusts it. Throws AwsError. */
  serviceSession(
    servicePrincipal: string,
    roleArn: string,
    sessionName: string,
    sourceArn?: string,
  ): Promise<Principal>;
  /** Checks permissions outside of an operation (`handleSigned`). Throws AwsError, `AccessDeniedException`. */
  authorise(principal: Principal, region: string, accesses: readonly Access[]): void;
  /** Credentials for a principal's session, e.g. for a Lambda function's environment. */
  issueCredentials(principal: Principal, durationSeconds: number): SessionCredentials;
  /** Publishes to the default event bus of `event.account`. */
  emit(event: LocalEvent): void;
  /** Hears every event of every account, after the call that emitted it. Returns how to stop hearing. */
  onEvent(listener: (event: LocalEvent) => void): () => void;
}

export interface SessionCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  /** Seconds since 1970. */
  readonly Expiration: number;
}

export type ServiceFactory = (kernel: Kernel) => Service | Promise<Service>;
