import { setTimeout as sleep } from 'node:timers/promises';
import { TransientFailure } from '../../core/domain/errors.ts';
import { awsMessage } from './classify.ts';

/** Seconds, mostly; API Gateway waits 29 s for the whole answer. */
const PAUSE_MS = 2_000;
const TRIES = 9;

/** What Auto Scaling says of a launch template whose profile IAM has not told EC2 of yet. */
const isUnknown = (error: unknown): boolean => /invalid iam instance profile/i.test(awsMessage(error));

/**
 * IAM spreads what is made by and by: a profile that was made a moment ago may be unknown to whoever launches with it.
 * Errors: TransientFailure, if it is not known in 16 s; those of `run`.
 */
export const onceProfileIsKnown = async <T>(
  run: () => Promise<T>,
  wait: (ms: number) => Promise<unknown> = sleep,
): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await run();
    } catch (cause) {
      if (!isUnknown(cause)) throw cause;
      if (tries === TRIES)
        throw new TransientFailure(`EC2 does not know the profile yet: ${awsMessage(cause)}`, { cause });
      await wait(PAUSE_MS);
    }
  }
};
