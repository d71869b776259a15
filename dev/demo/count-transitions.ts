import type { LocalHoldfast } from '../local-holdfast.ts';

interface Execution {
  readonly executionArn: string;
  readonly name: string;
}

/** State transitions of a job, as AWS bills them: every state entered by its executions and their Maps' children. */
export const countTransitions = async (local: LocalHoldfast, jobId: string): Promise<number> => {
  const call = (operation: string, input: object): Promise<unknown> =>
    local.cloud.kernel.call(
      local.cloud.admin.rootPrincipal(local.place.accountId),
      local.place.region,
      'states',
      operation,
      input,
    );

  const all = async <T>(operation: string, input: object, pick: string): Promise<T[]> => {
    const items: T[] = [];
    let nextToken: string | undefined;
    do {
      const page = (await call(operation, { ...input, ...(nextToken ? { nextToken } : {}) })) as Record<
        string,
        unknown
      >;
      items.push(...(page[pick] as T[]));
      nextToken = page.nextToken as string | undefined;
    } while (nextToken);
    return items;
  };

  const entered = async ({ executionArn }: Execution): Promise<number> => {
    const events = await all<{ type: string }>(
      'GetExecutionHistory',
      { executionArn, includeExecutionData: false },
      'events',
    );
    let count = events.filter(({ type }) => type.endsWith('StateEntered')).length;
    for (const { mapRunArn } of await all<{ mapRunArn: string }>('ListMapRuns', { executionArn }, 'mapRuns')) {
      for (const child of await all<Execution>('ListExecutions', { mapRunArn }, 'executions'))
        count += await entered(child);
    }
    return count;
  };

  let total = 0;
  for (const { stateMachineArn } of await all<{ stateMachineArn: string }>('ListStateMachines', {}, 'stateMachines')) {
    for (const execution of await all<Execution>('ListExecutions', { stateMachineArn }, 'executions')) {
      if (execution.name.startsWith(jobId)) total += await entered(execution);
    }
  }
  return total;
};
