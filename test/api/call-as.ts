/** Requests as API Gateway passes them on, and their answers. */
import type { GatewayEvent } from '../../functions/api/gateway-event.ts';
import type { World } from './world.ts';

export const event = (
  accountId: string | null,
  method: string,
  path: string,
  more: { body?: unknown; rawBody?: string; query?: Record<string, string>; key?: string } = {},
): GatewayEvent => ({
  httpMethod: method,
  path,
  ...(more.key === undefined ? {} : { headers: { 'idempotency-key': more.key } }),
  queryStringParameters: more.query ?? null,
  body: more.rawBody ?? (more.body === undefined ? null : JSON.stringify(more.body)),
  requestContext: {
    requestId: 'request-1',
    identity: {
      accountId,
      userArn: accountId && `arn:aws:iam::${accountId}:user/someone`,
      sourceIp: '192.0.2.10',
      userAgent: 'holdfast',
    },
  },
});

export interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  /** After so many seconds it may be tried again. */
  readonly retryAfter?: string | undefined;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly body: any;
}

/** Calls as one account; operators' paths go to the operators' handler. */
export const callAs =
  (world: World, accountId: string | null) =>
  async (method: string, path: string, more: Parameters<typeof event>[3] = {}): Promise<Answer> => {
    const api = path.startsWith('/operator') ? world.operatorApi : world.tenantApi;
    const response = await api(event(accountId, method, path, more));
    return {
      status: response.statusCode,
      type: response.headers['content-type'],
      retryAfter: response.headers['retry-after'],
      text: response.body,
      body: JSON.parse(response.body),
    };
  };
