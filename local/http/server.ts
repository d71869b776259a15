import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Directory } from '../iam/directory.ts';
import { type Dispatch, NoAnswer } from '../kernel/dispatch.ts';
import { failure } from '../kernel/error-names.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Call, Service, WireRequest, WireResponse } from '../kernel/service.ts';
import { authenticate } from './authenticate.ts';
import { CONTROL_PREFIX, type Control } from './control.ts';
import { createWireProtocol, guessProtocol } from './protocols.ts';
import { readBody } from './read-body.ts';
import { send } from './send.ts';
import { decodeUri, readSignature } from './sigv4.ts';
import type { WireProtocol } from './wire-protocol.ts';

/** Takes requests below a path prefix before anything looks at their signature. */
export type Mounted = (message: IncomingMessage, response: ServerResponse, url: URL) => void | Promise<void>;

export interface CloudServerDeps {
  readonly services: ReadonlyMap<string, Service>;
  readonly dispatch: Dispatch;
  readonly directory: Directory;
  readonly control: Control;
  readonly mounts: ReadonlyMap<string, Mounted>;
  readonly now: () => number;
  readonly signingNow: () => number;
  readonly believeSignatures?: boolean | undefined;
}

export interface CloudServer {
  readonly server: Server;
  /** What the server does with a request. */
  readonly handle: RequestListener;
}

export const createCloudServer = (deps: CloudServerDeps): CloudServer => {
  const protocols = new Map<string, WireProtocol>();
  const protocolOf = (service: Service): WireProtocol => {
    const protocol = protocols.get(service.name) ?? createWireProtocol(service);
    protocols.set(service.name, protocol);
    return protocol;
  };

  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = message.url ?? '/';
    const at = target.indexOf('?');
    const rawPath = at < 0 ? target : target.slice(0, at);
    const rawQuery = at < 0 ? '' : target.slice(at + 1);
    if (rawPath.startsWith(CONTROL_PREFIX)) return deps.control.handle(message, response, rawPath, rawQuery);
    for (const [prefix, mounted] of deps.mounts) {
      if (rawPath.startsWith(prefix)) return mounted(message, response, new URL(target, 'http://127.0.0.1'));
    }

    const requestId = randomUUID();
    const method = message.method ?? 'GET';
    let service: Service | undefined;
    try {
      const body = await readBody(message);
      const claim = readSignature(message.headers, rawQuery);
      if (!claim) throw failure(bare(message), 'missingToken', 'Missing Authentication Token');
      service = deps.services.get(claim.service);
      if (!service) {
        const words = `The local cloud does not have the service '${claim.service}' that this request is signed for.`;
        throw failure({ ...bare(message), name: claim.service }, 'unknownOperation', words);
      }
      const known = authenticate(service, claim, { message, rawPath, rawQuery, body }, deps.directory, {
        now: deps.now,
        signingNow: deps.signingNow,
        believe: deps.believeSignatures,
      });
      const { principal } = known;
      const call: Call = { principal, accountId: principal.accountId, region: claim.region, requestId };
      const request: WireRequest = {
        method,
        path: decodeUri(rawPath),
        rawPath,
        query: new URLSearchParams(rawQuery),
        headers: known.headers,
        body: known.body,
      };
      await send(response, await answer(service, request, call), requestId);
    } catch (error) {
      if (error instanceof NoAnswer) {
        if (error.reset) message.socket.resetAndDestroy();
        else message.socket.destroy();
        return;
      }
      if (response.headersSent || message.socket.destroyed) return void response.destroy();
      const speaker = service ?? bare(message);
      const awsError = error instanceof AwsError ? error : unexpected(speaker, error);
      const headers = message.headers as Record<string, string>;
      // unsigned, it may be for any of them
      const speakers = service ? [service] : readSignature(message.headers, rawQuery) ? [] : deps.services.values();
      for (const each of speakers) {
        const said = service ? awsError : failure(each, 'missingToken', awsError.message);
        const refusal = each.renderRefusal?.({ path: rawPath, rawPath, headers }, said, requestId);
        if (refusal) return void (await send(response, refusal, requestId));
      }
      await send(response, protocolOf(speaker).error(awsError, requestId, method), requestId);
    }
  };

  const answer = async (service: Service, request: WireRequest, call: Call): Promise<WireResponse> => {
    if (service.handleSigned) return answerSigned(service, request, call);
    const protocol = protocolOf(service);
    const read = protocol.read(request);
    if ('unknown' in read) {
      const error = failure(
        service,
        'unknownOperation',
        `The local cloud does not have ${service.name}: ${read.unknown}`,
      );
      deps.dispatch.note(service, eventName(read.unknown), call, { error });
      throw error;
    }
    const output = await deps.dispatch.run(service, read.operation, read.input, call);
    return protocol.write(read.operation, output, call.requestId);
  };

  const answerSigned = async (service: Service, request: WireRequest, call: Call): Promise<WireResponse> => {
    let error: unknown;
    try {
      return (await service.handleSigned?.(request, call)) ?? { status: 404 };
    } catch (cause) {
      error = cause;
      throw cause;
    } finally {
      deps.dispatch.note(service, 'Invoke', call, { error });
    }
  };

  const handle: RequestListener = (message, response) => {
    serve(message, response).catch((error: unknown) => {
      console.error('local cloud: a request could not be answered:', error);
      response.destroy();
    });
  };
  const server = createServer({ keepAlive: true, noDelay: true }, handle);
  // Longer than the SDK keeps idle connections, so that the client ends them and no request meets a closing one.
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 0;
  return { server, handle };
};

/** Stands in for a service that could not be made out, so that the error has a form. */
const bare = (message: IncomingMessage): Service => {
  const protocol = guessProtocol(message.headers);
  return { name: `unknown-${protocol}`, protocol, eventSource: 'unknown.amazonaws.com', operations: [] };
};

const eventName = (unknown: string): string =>
  (unknown.split('.').at(-1) ?? unknown).replaceAll(' ', '-').slice(0, 100);

const unexpected = (service: Service, error: unknown): AwsError => {
  console.error(`local cloud: ${service.name} failed:`, error);
  return failure(service, 'internal', 'The local cloud itself failed; its log says why.');
};
