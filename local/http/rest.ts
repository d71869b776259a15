import type { WireResponse } from '../kernel/service.ts';
import { parseJson, splitDetail } from './aws-json.ts';
import { compileRoutes, operationRoutes } from './routes.ts';
import type { CreateWireProtocol } from './wire-protocol.ts';
import { toXml } from './xml.ts';

/** The REST protocols: the operation is found by method and path; what the body holds is the operation's own affair. */
export const createRest: CreateWireProtocol = (service) => {
  const find = compileRoutes(operationRoutes(service.operations));
  const xml = service.protocol === 'rest-xml';
  return {
    read(request) {
      // Routes are matched before decoding: an encoded slash does not part segments.
      const match = find(request.method, request.rawPath ?? request.path, request.query, request.headers);
      if (!match) return { unknown: `${request.method} ${request.path}` };
      const { target: operation, params } = match;
      if (operation.parse) return { operation, input: operation.parse(request, params) };
      return {
        operation,
        input: { ...params, ...Object.fromEntries(request.query), ...(parseJson(request.body) as object) },
      };
    },
    write(operation, output): WireResponse {
      if (operation.render) return operation.render(output);
      return xml
        ? {
            status: 200,
            headers: { 'content-type': 'application/xml' },
            body: toXml(`${operation.name}Result`, service.xmlNamespace, (output ?? {}) as Record<string, unknown>),
          }
        : { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(output ?? {}) };
    },
    error(error, requestId, method) {
      const { headers, members } = splitDetail(error);
      // The answer to a HEAD has no body, so S3 gives no code: SDKs make of a 404 what they can.
      if (method === 'HEAD' || error.status === 304) return { status: error.status, headers };
      if (xml) {
        const content = { Code: error.code, Message: error.message, ...members, RequestId: requestId };
        return {
          status: error.status,
          headers: { 'content-type': 'application/xml', ...headers },
          body: toXml('Error', undefined, content),
        };
      }
      return {
        status: error.status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code, ...headers },
        body: JSON.stringify({ message: error.message, ...members }),
      };
    },
  };
};
