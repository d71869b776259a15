import type { Invocation, InvocationStatus } from './records.ts';

/** How a command ended. */
export type Ending = Pick<Invocation, 'responseCode' | 'stdout' | 'stderr'> & {
  readonly status: InvocationStatus;
  /** The status if absent. */
  readonly statusDetails?: string;
};

export const failed = (stderr: string, responseCode = 1): Ending => ({
  status: 'Failed',
  responseCode,
  stdout: '',
  stderr,
});

export const DELIVERY_TIMED_OUT: Ending = {
  status: 'TimedOut',
  statusDetails: 'Delivery Timed Out',
  responseCode: -1,
  stdout: '',
  stderr: '',
};

export const EXECUTION_TIMED_OUT: Ending = { ...DELIVERY_TIMED_OUT, statusDetails: 'Execution Timed Out' };
