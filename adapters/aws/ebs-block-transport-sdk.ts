import {
  CompleteSnapshotCommand,
  EBSClient,
  GetSnapshotBlockCommand,
  ListChangedBlocksCommand,
  ListSnapshotBlocksCommand,
  PutSnapshotBlockCommand,
} from '@aws-sdk/client-ebs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { BLOCK_BYTES } from '../../core/contracts/ids.ts';
import { type CredentialSource, EbsCallError, type EbsCalls } from './ebs-calls.ts';
import { liveCredentials } from './live-credentials.ts';

export interface SdkEbsCallsOptions {
  readonly region: string;
  readonly credentials: CredentialSource;
  /** Absent: the SDK's own choice (AWS_ENDPOINT_URL, else AWS's). */
  readonly endpoint?: string;
  readonly connections: number;
}

/** The reference: EBS direct through the SDK, one try a call. */
export const createSdkEbsCalls = ({ region, credentials, endpoint, connections }: SdkEbsCallsOptions): EbsCalls => {
  const client = new EBSClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    credentials: liveCredentials(credentials),
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 5_000,
      requestTimeout: 20_000,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true, maxSockets: connections },
      httpsAgent: { keepAlive: true, maxSockets: connections },
    }),
  });
  return {
    async listSnapshotBlocks(request, abortSignal) {
      const answer = await calling(() =>
        client.send(
          new ListSnapshotBlocksCommand({
            SnapshotId: request.snapshotId,
            NextToken: request.pageToken,
            StartingBlockIndex: request.startingBlockIndex,
            MaxResults: request.maxResults,
          }),
          { abortSignal },
        ),
      );
      const blocks = (answer.Blocks ?? []).map(({ BlockIndex, BlockToken }) => ({
        index: required(BlockIndex, 'BlockIndex'),
        token: required(BlockToken, 'BlockToken'),
      }));
      return { blocks, nextToken: answer.NextToken };
    },
    async listChangedBlocks(request, abortSignal) {
      const answer = await calling(() =>
        client.send(
          new ListChangedBlocksCommand({
            FirstSnapshotId: request.firstSnapshotId,
            SecondSnapshotId: request.secondSnapshotId,
            NextToken: request.pageToken,
            StartingBlockIndex: request.startingBlockIndex,
            MaxResults: request.maxResults,
          }),
          { abortSignal },
        ),
      );
      const blocks = (answer.ChangedBlocks ?? []).map(({ BlockIndex, SecondBlockToken }) => ({
        index: required(BlockIndex, 'BlockIndex'),
        token: SecondBlockToken,
      }));
      return { blocks, nextToken: answer.NextToken };
    },
    getSnapshotBlock: ({ snapshotId, index, token }, into, abortSignal) =>
      calling(async () => {
        const answer = await client.send(
          new GetSnapshotBlockCommand({ SnapshotId: snapshotId, BlockIndex: index, BlockToken: token }),
          { abortSignal },
        );
        let length = 0;
        const body = required(answer.BlockData, 'BlockData') as AsyncIterable<Uint8Array>;
        for await (const chunk of body) {
          if (length + chunk.length > into.length)
            throw new EbsCallError('BadAnswer', 200, `more than ${into.length} bytes`);
          into.set(chunk, length);
          length += chunk.length;
        }
        if (length !== into.length) throw new EbsCallError('BadAnswer', 200, `${length} bytes of a block`);
        return required(answer.Checksum, 'Checksum');
      }),
    putSnapshotBlock: ({ snapshotId, index, checksum }, data, abortSignal) =>
      calling(async () => {
        await client.send(
          new PutSnapshotBlockCommand({
            SnapshotId: snapshotId,
            BlockIndex: index,
            BlockData: data,
            DataLength: BLOCK_BYTES,
            Checksum: checksum,
            ChecksumAlgorithm: 'SHA256',
          }),
          { abortSignal },
        );
      }),
    completeSnapshot: ({ snapshotId, changedBlocks, checksum }, abortSignal) =>
      calling(async () => {
        await client.send(
          new CompleteSnapshotCommand({
            SnapshotId: snapshotId,
            ChangedBlocksCount: changedBlocks,
            // An aggregate over no blocks at all has no meaning that EBS documents.
            ...(changedBlocks > 0
              ? { Checksum: checksum, ChecksumAlgorithm: 'SHA256', ChecksumAggregationMethod: 'LINEAR' }
              : {}),
          }),
          { abortSignal },
        );
      }),
    close: () => client.destroy(),
  };
};

const required = <T>(value: T | undefined, name: string): T => {
  if (value === undefined) throw new EbsCallError('BadAnswer', 200, `an answer without ${name}`);
  return value;
};

interface SdkError extends Error {
  readonly code?: string;
  readonly Reason?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const calling = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    if (error instanceof EbsCallError || !(error instanceof Error)) throw error;
    const { name, code, message, Reason, $metadata } = error as SdkError;
    const status = $metadata?.httpStatusCode ?? 0;
    throw new EbsCallError(status === 0 ? (code ?? name) : name, status, message, Reason, error);
  }
};
