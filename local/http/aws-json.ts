import { AwsError } from '../kernel/errors.ts';
import type { CreateWireProtocol } from './wire-protocol.ts';

/** AWS JSON 1.0 and 1.1: the operation in X-Amz-Target, JSON both ways. */
export const createAwsJson: CreateWireProtocol = (service) => {
  const operations = new Map(service.operations.map((operation) => [operation.name, operation]));
  return {
    read({ headers, body }) {
      const target = headers['x-amz-target'] ?? '';
      const dot = target.lastIndexOf('.');
      const operation = operations.get(target.slice(dot + 1));
      if (!operation || (service.target !== undefined && target.slice(0, dot) !== service.target))
        return { unknown: target || '(no X-Amz-Target)' };
      return { operation, input: parseJson(body) };
    },
    write: (_operation, output) => ({
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.0' },
      body: JSON.stringify(output ?? {}),
    }),
    error(error) {
      const { headers, members } = splitDetail(error);
      return {
        status: error.status,
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': error.code, ...headers },
        body: JSON.stringify({ __type: error.code, message: error.message, ...members }),
      };
    },
  };
};

/** An empty body is an empty object. Throws AwsError, SerializationException. */
export const parseJson = (body: Buffer): unknown => {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AwsError('SerializationException', 'The body is not valid JSON.', 400);
  }
};

/** Details of an error that start with `x-` are headers, the others members of its body. */
export const splitDetail = (
  error: AwsError,
): { readonly headers: Record<string, string>; readonly members: Record<string, string> } => {
  const headers: Record<string, string> = {};
  const members: Record<string, string> = {};
  for (const [key, value] of Object.entries(error.detail)) (key.startsWith('x-') ? headers : members)[key] = value;
  return { headers, members };
};
