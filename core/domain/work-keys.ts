import type { InstanceRef } from '../contracts/steps.ts';

/** Where an attempt's files are in the work area. An order's session policy allows exactly one attempt's prefix. */
export const attemptPrefix = (jobId: string, attempt: number): string => `work/${jobId}/${attempt}/`;

export const workKeys = (jobId: string, attempt: number) => {
  const root = attemptPrefix(jobId, attempt);
  return {
    instances: `${root}instances.json`,
    /** ResultWriter's output, for inspection. */
    mapResults: `${root}map/`,
    /** What an instance was right before its snapshots were taken. */
    described: (instanceId: string) => `${root}${instanceId}/described.json`,
    /** Of a backup copy: the snapshots of an instance that are to be copied, oldest first. */
    copies: (instanceId: string) => `${root}${instanceId}/copies.json`,
  };
};

/** A transfer has a folder of its own: a backup copy makes several of one instance in one attempt. */
export const transferKeys = ({
  jobId,
  attempt,
  instanceId,
  recoveryPointId,
}: Pick<InstanceRef, 'jobId' | 'attempt' | 'instanceId'> & { readonly recoveryPointId: string }) => {
  const root = `${attemptPrefix(jobId, attempt)}${instanceId}/${recoveryPointId}/`;
  return {
    segments: `${root}segments.json`,
    plan: `${root}plan.json`,
    order: (orderId: string) => `${root}orders/${orderId}.json`,
    results: `${root}results/`,
    mapResults: `${root}map/`,
  };
};

/** Beside a finishing order's document: the result keys of the orders that it joins. */
export const resultsOf = (documentKey: string): string => `${documentKey}.results.json`;
