import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { WireResponse } from '../kernel/service.ts';

/** Writes a response: bodies that are bytes go out as they are, streams piece by piece. */
export const send = async (response: ServerResponse, answer: WireResponse, requestId: string): Promise<void> => {
  const { status, headers, body, sent } = answer;
  const head: Record<string, string | number> = {
    'x-amzn-requestid': requestId,
    'x-amz-request-id': requestId,
    ...headers,
  };
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) {
    if (status !== 204 && status !== 304) head['content-length'] ??= Buffer.byteLength(body ?? '');
    response.writeHead(status, head);
    if (sent) response.once('finish', sent);
    response.end(body);
    return;
  }
  response.writeHead(status, head);
  await pipeline(body, response);
};
