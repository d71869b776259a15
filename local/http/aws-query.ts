import { splitDetail } from './aws-json.ts';
import { nestParameters } from './query-parameters.ts';
import type { CreateWireProtocol } from './wire-protocol.ts';
import { toXml } from './xml.ts';

const NAMESPACES: Readonly<Record<string, string>> = {
  ec2: 'http://ec2.amazonaws.com/doc/2016-11-15/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

/** The query protocols: a form with Action and dotted parameters, XML back. EC2's differs in how it wraps answers. */
export const createAwsQuery: CreateWireProtocol = (service) => {
  const operations = new Map(service.operations.map((operation) => [operation.name, operation]));
  const namespace = service.xmlNamespace ?? NAMESPACES[service.name];
  const ec2 = service.protocol === 'ec2-query';
  const contentType = { 'content-type': ec2 ? 'text/xml;charset=UTF-8' : 'text/xml' };
  return {
    read({ query, body }) {
      const form = new URLSearchParams(body.toString());
      const action = form.get('Action') ?? query.get('Action') ?? '(no Action)';
      const operation = operations.get(action);
      if (!operation) return { unknown: action };
      const inQuery = [...query].filter(([name]) => !name.startsWith('X-Amz-'));
      return { operation, input: nestParameters([...inQuery, ...form]) };
    },
    write({ name }, output, requestId) {
      const content = (output ?? {}) as Record<string, unknown>;
      const body = ec2
        ? toXml(`${name}Response`, namespace, { requestId, ...content })
        : toXml(`${name}Response`, namespace, {
            [`${name}Result`]: content,
            ResponseMetadata: { RequestId: requestId },
          });
      return { status: 200, headers: contentType, body };
    },
    error(error, requestId) {
      const { headers, members } = splitDetail(error);
      const code = { Code: error.code, Message: error.message, ...members };
      const body = ec2
        ? toXml('Response', undefined, { Errors: { Error: code }, RequestID: requestId })
        : toXml('ErrorResponse', namespace, {
            Error: { Type: error.status < 500 ? 'Sender' : 'Receiver', ...code },
            RequestId: requestId,
          });
      return { status: error.status, headers: { ...contentType, ...headers }, body };
    },
  };
};
