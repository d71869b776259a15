/** A request of the page, signed and sent to the API. The page never sees what signs. */
import type { IncomingMessage } from 'node:http';
import { reason } from './api-failure.ts';
import { isRoute } from './console-routes.ts';
import { type Answer, type Signer, sendAsUser } from './signed-request.ts';

/** The API itself reads no more. */
const LARGEST_BODY_BYTES = 64 * 1_024;
const IDEMPOTENCY_KEY = /^[\w.:-]{1,128}$/;

/** In the API's own form (RFC 9457), so that the page has one kind of failure. */
const problem = (status: number, code: string, detail: string, remedy: string): Answer => ({
  status,
  ok: false,
  text: JSON.stringify({ type: 'about:blank', title: code, status, code, detail, remedy }),
});

/** Undefined: it is longer than the API reads. */
const readBody = async (request: IncomingMessage): Promise<string | undefined> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > LARGEST_BODY_BYTES) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

/** `path` is raw, without `/api` and the query. Answers a problem where nothing was sent, and where no answer came. */
export const forward = async (
  signer: Signer,
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
): Promise<Answer> => {
  const { method = '' } = request;
  const { url, credentials } = signer;
  if (!isRoute(method, path))
    return problem(404, 'NotFound', 'The API has no such route.', 'Check the method and the path.');
  const key = request.headers['idempotency-key'];
  if (key !== undefined && (typeof key !== 'string' || !IDEMPOTENCY_KEY.test(key)))
    return problem(
      400,
      'InvalidRequest',
      'Idempotency-Key: not 1 to 128 letters, digits, or one of . _ : -',
      'Send another key.',
    );
  const body = await readBody(request);
  if (body === undefined)
    return problem(
      413,
      'InvalidRequest',
      `The body has more than ${LARGEST_BODY_BYTES} bytes.`,
      'Send less at a time.',
    );
  if (body !== '' && !/^application\/json\b/.test(request.headers['content-type'] ?? ''))
    return problem(415, 'InvalidRequest', 'The body is not JSON.', 'Send it as application/json.');
  const own = await credentials().catch((error: unknown) => error as Error);
  if (own instanceof Error)
    return problem(
      502,
      'NoCredentials',
      `No AWS credentials were found: ${reason(own)}`,
      'Sign in again (aws sso login), or start holdfast console with another --profile.',
    );
  try {
    return await sendAsUser(signer, own, {
      method,
      path: `${url.pathname.replace(/\/$/, '')}${path}`,
      query: Object.fromEntries(query),
      headers: key === undefined ? {} : { 'idempotency-key': key },
      body: body === '' ? undefined : body,
    });
  } catch (error) {
    return problem(
      502,
      'Unreachable',
      `No answer from ${url.origin}: ${reason(error)}`,
      'Check the network, and that the API is there.',
    );
  }
};
