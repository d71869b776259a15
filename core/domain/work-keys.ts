/** Where an attempt's files are in the work area. An order's session policy allows exactly one attempt's prefix. */
export const attemptPrefix = (jobId: string, attempt: number): string => `work/${jobId}/${attempt}/`;

export const workKeys = (jobId: string, attempt: number) => {
  const root = attemptPrefix(jobId, attempt);
  return {
    instances: `${root}instances.json`,
    /** ResultWriter's output, for inspection. */
    mapResults: `${root}map/`,
    segments: (instanceId: string) => `${root}${instanceId}/segments.json`,
    plan: (instanceId: string) => `${root}${instanceId}/plan.json`,
    order: (instanceId: string, orderId: string) => `${root}${instanceId}/orders/${orderId}.json`,
    results: (instanceId: string) => `${root}${instanceId}/results/`,
  };
};

/** Beside a finishing order's document: the result keys of the orders that it joins. */
export const resultsOf = (documentKey: string): string => `${documentKey}.results.json`;
