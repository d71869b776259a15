import type { CountCall } from '../../core/contracts/billed-calls.ts';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import type { BlockTransport } from '../../core/ports/block-transport.ts';
import { countedEbsCalls } from './counted-ebs-calls.ts';
import { createEbsBlockTransport } from './ebs-block-transport.ts';
import { createHttpEbsCalls } from './ebs-block-transport-http.ts';
import type { EbsCalls } from './ebs-calls.ts';

export interface EbsTransportOptions {
  /** `http`: the fast one. `sdk`: the reference, for when AWS does something that the fast one does not know. */
  readonly kind: 'http' | 'sdk';
  readonly region: string;
  readonly credentials: () => SessionCredentials;
  readonly renewCredentials: () => Promise<void>;
  readonly blockRate: number;
  readonly connections: number;
  readonly count?: CountCall;
  /** Absent: AWS's. */
  readonly endpoint?: string | undefined;
}

/** Loads the SDK only where it is wanted: in every worker thread it would cost memory for nothing. */
export const openEbsTransport = async (options: EbsTransportOptions): Promise<BlockTransport> => {
  const { kind, region, credentials, connections, endpoint, renewCredentials, blockRate, count } = options;
  const place = { region, credentials, connections, ...(endpoint === undefined ? {} : { endpoint }) };
  const calls: EbsCalls =
    kind === 'sdk'
      ? (await import('./ebs-block-transport-sdk.ts')).createSdkEbsCalls(place)
      : createHttpEbsCalls(place);
  return createEbsBlockTransport({ calls: count ? countedEbsCalls(calls, count) : calls, blockRate, renewCredentials });
};
