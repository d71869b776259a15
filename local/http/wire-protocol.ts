import type { AwsError } from '../kernel/errors.ts';
import type { Operation, Service, WireRequest, WireResponse } from '../kernel/service.ts';

/** Which operation a request calls, with its parameters; or under which name it asks for one that is not there. */
export type Read = { readonly operation: Operation; readonly input: unknown } | { readonly unknown: string };

/** One of AWS's protocols: from request to parsed input, from output or error to response. */
export interface WireProtocol {
  read(request: WireRequest): Read;
  write(operation: Operation, output: unknown, requestId: string): WireResponse;
  error(error: AwsError, requestId: string, method: string): WireResponse;
}

export type CreateWireProtocol = (service: Service) => WireProtocol;
