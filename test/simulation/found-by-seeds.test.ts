/** What runs of the simulation have found, in the quickest way that fails without its mend. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { createRetryJob } from '../../core/steps/jobs/retry-job.ts';
import { backupOf, openFlows } from '../core/flows-world.ts';

interface State {
  readonly Resource?: string;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[] }[];
  readonly ItemProcessor?: Machine;
}
interface Machine {
  readonly States: Readonly<Record<string, State>>;
}

const folder = join(import.meta.dirname, '../../statemachines');
const statesOf = ({ States }: Machine): readonly (readonly [string, State])[] =>
  Object.entries(States).flatMap(([name, state]) => [
    [name, state] as const,
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor) : []),
  ]);

test('a function whose process dies is tried again, at every step of every machine (seed 493580889)', () => {
  let steps = 0;
  for (const file of readdirSync(folder)) {
    const machine = parse(readFileSync(join(folder, file), 'utf8'), { merge: true }) as Machine;
    for (const [name, { Resource, Retry = [] }] of statesOf(machine)) {
      if (Resource !== 'arn:aws:states:::lambda:invoke') continue;
      steps += 1;
      const again = Retry.flatMap(({ ErrorEquals }) => ErrorEquals);
      assert.ok(
        again.includes('Runtime.ExitError') || again.includes('States.ALL'),
        `${file}: ${name} is tried again after ${again.join(', ')}`,
      );
    }
  }
  assert.ok(steps > 30, `${steps} steps`);
});

test('a job that fails again before its retry is answered was tried again all the same: no conflict', async (t) => {
  const { deps, tenants, catalog, start, finish } = await openFlows(t);
  const [{ tenantId }] = tenants;
  const jobId = await start(tenantId, backupOf({ instanceIds: ['i-00000001'] }));
  assert.equal((await finish(jobId)).state, 'failed');
  const executions: typeof deps.executions = {
    ...deps.executions,
    // so slow that the attempt is over when it answers
    async start(...input) {
      const begun = await deps.executions.start(...input);
      await finish(jobId);
      return begun;
    },
  };
  const tenant = (await catalog.hypervisors.get(tenantId)) as TenantHypervisor;
  const retry = createRetryJob({ ...deps, executions });
  const { state, attempt } = await retry(tenant, { kind: 'operator' }, jobId as never);
  assert.deepEqual([state, attempt], ['failed', 2]);
});
