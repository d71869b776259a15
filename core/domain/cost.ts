import { BILLED_CALLS, type BilledCall, type BilledCalls } from '../contracts/billed-calls.ts';
import type { TenantCost } from '../contracts/costs.ts';
import { PRICES } from './prices.ts';

const PRICE_OF: Readonly<Record<BilledCall, number>> = {
  blocksRead: PRICES.ebsGet,
  blocksWritten: PRICES.ebsPut,
  blockLists: PRICES.ebsList,
  s3Puts: PRICES.s3Put,
  s3Gets: PRICES.s3Get,
  kms: PRICES.kmsRequest,
};
const GIB = 1_073_741_824;
const NANO = 1e9;

/** Of calls, and of a month of so many bytes in S3 Standard. Whole nano-dollars, each part rounded by itself. */
export const costOf = (calls: BilledCalls, libraryBytes: number): TenantCost['nanoUsd'] => {
  const nano = (pieces: number, usd: number): number => Math.round(pieces * usd * NANO);
  const ofCalls = Object.fromEntries(
    BILLED_CALLS.map((call) => [call, nano(calls[call], PRICE_OF[call])]),
  ) as BilledCalls;
  const library = nano(libraryBytes / GIB, PRICES.s3Standard);
  const total = BILLED_CALLS.reduce((sum, call) => sum + ofCalls[call], library);
  return { ...ofCalls, library, total };
};

/** Restores are in it, and what failed or was done twice. */
export const NOT_INCLUDED: readonly string[] = [
  'base snapshots in the tenants’ accounts, and snapshots that are recovery points',
  'hours of access nodes, and their traffic where it leaves a region',
  'the control plane’s own calls (Step Functions, Lambda, DynamoDB, SQS, its lists of blocks when it plans), keys, secrets, logs',
  'of libraries: indexes and maps beside the packs, and other versions of objects; all of a library in a folder on disk',
  'calls whose answer never came, and those of a node’s last 20 seconds if it was killed',
];
