import { NodeHttpHandler } from '@smithy/node-http-handler';
import { TransientFailure } from '../../core/domain/errors.ts';

/** One try a call (access-node/persist.ts tries again), and none that hangs. `answerMs`: the longest wait for an answer. */
export const nodeClientSettings = (region: string, answerMs: number) => ({
  region,
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler({
    connectionTimeout: 5_000,
    requestTimeout: answerMs,
    // Without it the SDK only warns, and waits on.
    throwOnRequestTimeout: true,
    // `requestTimeout` ends with the headers: this ends an answer whose body stalls.
    socketTimeout: answerMs,
  }),
});

/** Errors by which AWS says that asking again is pointless. */
const PERMANENT = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'ValidationException',
  'ResourceNotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'InvalidAddress',
]);

/** Whatever is not listed as permanent (throttling, 5xx, broken connections, expired sessions) may pass. */
export const asTransient = (error: unknown, what: string): unknown =>
  error instanceof Error && !PERMANENT.has(error.name)
    ? new TransientFailure(`${what}: ${error.name}: ${error.message}`, { cause: error })
    : error;
