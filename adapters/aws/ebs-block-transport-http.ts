import { z } from 'zod';
import { BLOCK_BYTES } from '../../core/contracts/ids.ts';
import { type CredentialSource, EbsCallError, type EbsCalls } from './ebs-calls.ts';
import { createHttpExchange, type HttpAnswer, type HttpExchange } from './http-exchange.ts';
import { createEbsSigner, EMPTY_PAYLOAD_HASH, UNSIGNED_PAYLOAD } from './sign-ebs-request.ts';

export interface HttpEbsCallsOptions {
  readonly region: string;
  readonly credentials: CredentialSource;
  /** Absent: AWS's endpoint of the region. */
  readonly endpoint?: string;
  readonly connections: number;
  readonly now?: () => number;
  readonly exchange?: (origin: URL, connections: number) => HttpExchange;
}

const BlockList = z.object({
  Blocks: z.array(z.object({ BlockIndex: z.int(), BlockToken: z.string() })).nullish(),
  NextToken: z.string().nullish(),
});
const ChangedBlockList = z.object({
  ChangedBlocks: z.array(z.object({ BlockIndex: z.int(), SecondBlockToken: z.string().nullish() })).nullish(),
  NextToken: z.string().nullish(),
});
const ErrorBody = z.object({
  __type: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  Message: z.string().optional(),
  Reason: z.string().optional(),
});

/** AWS refuses signatures that are more than five minutes off. */
const SKEW_THAT_MATTERS_MS = 4 * 60_000;

const endpointOf = (region: string): string =>
  `https://ebs.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** EBS direct over plain HTTP, signed here, block bodies straight into the caller's buffer. One try a call. */
export const createHttpEbsCalls = (options: HttpEbsCallsOptions): EbsCalls => {
  const { region, credentials, now = Date.now } = options;
  const origin = new URL(options.endpoint ?? endpointOf(region));
  const exchange = (options.exchange ?? createHttpExchange)(origin, options.connections);
  const sign = createEbsSigner(region);
  let clockOffsetMs = 0;

  interface Call {
    readonly method: 'GET' | 'PUT' | 'POST';
    readonly path: string;
    readonly query?: readonly (readonly [string, string | undefined])[];
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array;
    readonly into?: Uint8Array;
    readonly signal: AbortSignal;
  }
  const call = async ({ method, path, query = [], headers = {}, body, into, signal }: Call): Promise<HttpAnswer> => {
    const signed = sign(
      {
        method,
        host: origin.host,
        path,
        query: query.filter((entry): entry is [string, string] => entry[1] !== undefined),
        headers,
        payloadHash: body ? UNSIGNED_PAYLOAD : EMPTY_PAYLOAD_HASH,
      },
      credentials(),
      new Date(now() + clockOffsetMs),
    );
    const length = method === 'GET' ? {} : { 'content-length': String(body?.length ?? 0) };
    const type = body ? { 'content-type': 'application/octet-stream' } : {};
    const answer = await exchange.send(
      { method, target: signed.target, headers: { ...signed.headers, ...length, ...type }, ...(body ? { body } : {}) },
      into,
      signal,
    );
    if (answer.status >= 200 && answer.status < 300) return answer;
    const error = errorOf(answer);
    if (answer.status === 403 && adjustClock(answer)) throw new EbsCallError('ClockSkew', 0, error.message);
    throw error;
  };

  /** True if our clock was too far from the server's: the next try is signed with the server's time. */
  const adjustClock = (answer: HttpAnswer): boolean => {
    const server = Date.parse(header(answer, 'date') ?? '');
    if (Number.isNaN(server) || Math.abs(server - (now() + clockOffsetMs)) < SKEW_THAT_MATTERS_MS) return false;
    clockOffsetMs = server - now();
    return true;
  };

  const place = ({ pageToken, startingBlockIndex, maxResults }: ListPosition) =>
    [
      ['pageToken', pageToken],
      ['startingBlockIndex', startingBlockIndex?.toString()],
      ['maxResults', String(maxResults)],
    ] as const;

  return {
    async listSnapshotBlocks(request, signal) {
      const path = `/snapshots/${encodeURIComponent(request.snapshotId)}/blocks`;
      const { Blocks, NextToken } = parse(
        BlockList,
        await call({ method: 'GET', path, query: place(request), signal }),
      );
      const blocks = (Blocks ?? []).map(({ BlockIndex, BlockToken }) => ({ index: BlockIndex, token: BlockToken }));
      return { blocks, nextToken: NextToken ?? undefined };
    },
    async listChangedBlocks(request, signal) {
      const path = `/snapshots/${encodeURIComponent(request.secondSnapshotId)}/changedblocks`;
      const query = [['firstSnapshotId', request.firstSnapshotId] as const, ...place(request)];
      const { ChangedBlocks, NextToken } = parse(ChangedBlockList, await call({ method: 'GET', path, query, signal }));
      const blocks = (ChangedBlocks ?? []).map(({ BlockIndex, SecondBlockToken }) => ({
        index: BlockIndex,
        token: SecondBlockToken ?? undefined,
      }));
      return { blocks, nextToken: NextToken ?? undefined };
    },
    async getSnapshotBlock({ snapshotId, index, token }, into, signal) {
      const path = `/snapshots/${encodeURIComponent(snapshotId)}/blocks/${index}`;
      const answer = await call({ method: 'GET', path, query: [['blockToken', token]], into, signal });
      if (answer.body.length !== into.length)
        throw new EbsCallError('BadAnswer', answer.status, `${answer.body.length} bytes of a block`);
      const checksum = header(answer, 'x-amz-checksum');
      if (checksum === undefined) throw new EbsCallError('BadAnswer', answer.status, 'an answer without checksum');
      return checksum;
    },
    async putSnapshotBlock({ snapshotId, index, checksum }, data, signal) {
      const path = `/snapshots/${encodeURIComponent(snapshotId)}/blocks/${index}`;
      const headers = {
        'x-amz-data-length': String(BLOCK_BYTES),
        'x-amz-checksum': checksum,
        'x-amz-checksum-algorithm': 'SHA256',
      };
      await call({ method: 'PUT', path, headers, body: data, signal });
    },
    async completeSnapshot({ snapshotId, changedBlocks, checksum }, signal) {
      const path = `/snapshots/completion/${encodeURIComponent(snapshotId)}`;
      const headers = {
        'x-amz-changedblockscount': String(changedBlocks),
        // An aggregate over no blocks at all has no meaning that EBS documents.
        ...(changedBlocks > 0
          ? {
              'x-amz-checksum': checksum,
              'x-amz-checksum-algorithm': 'SHA256',
              'x-amz-checksum-aggregation-method': 'LINEAR',
            }
          : {}),
      };
      await call({ method: 'POST', path, headers, signal });
    },
    close: () => exchange.close(),
  };
};

interface ListPosition {
  readonly pageToken?: string | undefined;
  readonly startingBlockIndex?: number | undefined;
  readonly maxResults: number;
}

const header = (answer: HttpAnswer, name: string): string | undefined => {
  return answer.headers[name];
};

const parse = <T>(schema: z.ZodType<T>, answer: HttpAnswer): T => {
  try {
    return schema.parse(JSON.parse(Buffer.from(answer.body).toString()));
  } catch (error) {
    throw new EbsCallError('BadAnswer', answer.status, 'an answer that is no list of blocks', undefined, error);
  }
};

/** REST-JSON: the code is in `x-amzn-errortype` (`Name:uri`) or in the body's `__type` (`namespace#Name`). */
const errorOf = (answer: HttpAnswer): EbsCallError => {
  let body: z.infer<typeof ErrorBody> = {};
  try {
    body = ErrorBody.parse(JSON.parse(Buffer.from(answer.body).toString()));
  } catch {
    // A load balancer's page, or nothing: the status says enough.
  }
  const named = header(answer, 'x-amzn-errortype') ?? body.__type ?? body.code;
  const code = named?.split(':')[0]?.split('#').at(-1) ?? `Http${answer.status}`;
  return new EbsCallError(code, answer.status, body.message ?? body.Message ?? `HTTP ${answer.status}`, body.Reason);
};
