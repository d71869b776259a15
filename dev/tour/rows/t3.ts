import assert from 'node:assert/strict';
import type { JobPath, JobView } from '../../../core/contracts/api.ts';
import { runInstance } from '../instances.ts';
import { runJob } from '../jobs.ts';
import type { Row } from '../row.ts';

/** `Take the snapshots`, `Is it stopped?`: words, not identifiers. */
const SENTENCE = /^[A-Z][a-z]+( [A-Za-z']+)*\??$/;

const statesOf = (definition: unknown): string[] => {
  if (!definition || typeof definition !== 'object') return [];
  const { States = {}, ...more } = definition as { States?: Record<string, unknown> };
  return [
    ...Object.keys(States),
    ...Object.values(States).flatMap(statesOf),
    ...Object.values(more).flatMap((value) => statesOf(value)),
  ];
};

export const t3: Row = {
  row: 'T3',
  title: 'operators inspect executions in the Step Functions console',
  async run(tour) {
    const { operator } = tour;
    const acme = await tour.acme();
    const { instanceId } = await runInstance(tour, acme);
    const { jobId, attempt } = await runJob(acme, 'snapshot', 'start', instanceId);
    const onAcme = ['--tenant', acme.hypervisorId];
    const job = await operator.ask<JobView>(['job', 'show', jobId, ...onAcme]);
    assert.ok(job.executionArn?.endsWith(`-snapshot:${jobId}-${attempt}`), job.executionArn);
    assert.ok(job.executionUrl?.includes(job.executionArn ?? ''));
    const { input } = await tour.aws<{ input: string }>('states', 'DescribeExecution', {
      executionArn: job.executionArn,
    });
    const { tenantName, trigger, requestedBy } = JSON.parse(input) as Record<string, string>;
    assert.deepEqual([tenantName, trigger], [acme.name, 'api'], 'the input names tenant and trigger');
    assert.match(requestedBy ?? '', new RegExp(acme.accountId));

    const path = await operator.ask<JobPath>(['job', 'show', jobId, '--path', ...onAcme]);
    assert.equal(path.status, 'SUCCEEDED');
    assert.equal(path.states[0]?.name, 'Open the job');
    const ofInstance = path.states.flatMap(({ children = [] }) => children).flatMap(({ states }) => states);
    assert.ok(ofInstance.some(({ name }) => name === 'Have the snapshots taken'));

    const { stateMachines } = await tour.aws<{ stateMachines: { stateMachineArn: string }[] }>(
      'states',
      'ListStateMachines',
      {},
    );
    const names = new Set<string>();
    for (const { stateMachineArn } of stateMachines) {
      const { definition } = await tour.aws<{ definition: string }>('states', 'DescribeStateMachine', {
        stateMachineArn,
      });
      for (const name of statesOf(JSON.parse(definition))) names.add(name);
    }
    assert.deepEqual(
      [...names].filter((name) => !SENTENCE.test(name)),
      [],
      'state names read as sentences',
    );

    const failed = await acme.run(['backup', 'start', 'i-0123456789abcdef0', '--wait', '--json']);
    const { jobId: failedId } = JSON.parse(failed.stdout) as JobView;
    const { stdout } = await operator.run(['job', 'show', failedId, ...onAcme]);
    assert.match(stdout, /Open the job|Protect each instance/);
    assert.match(stdout, /InstanceNotFound/, 'why it failed, and where');
    return `an execution is named ${jobId.slice(0, 8)}…-${attempt} by its job and attempt, its input names tenant and trigger, the job record links to it; ${names.size} state names of ${stateMachines.length} machines read as sentences; holdfast job show has the same path, with the reason of a failure; our own console draws it (npm run test:console)`;
  },
};
