/** Jobs as a tenant starts and watches them: `holdfast … --wait`. */
import assert from 'node:assert/strict';
import type { JobInstanceView, JobView, RecoveryPointView } from '../../core/contracts/api.ts';
import type { Person } from './person.ts';
import { shared, type TourTenant } from './tenant.ts';

/** No job of the tour waits longer for an access node. */
const PATIENCE = ['--queue-deadline', '120'];

/** Runs a job to its end; throws with what it said unless it completed. */
export const runJob = async (person: Person, ...command: readonly string[]): Promise<JobView> => {
  const { exitCode, stdout, stderr } = await person.run([...command, ...PATIENCE, '--wait', '--json']);
  assert.equal(exitCode, 0, `holdfast ${command.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`);
  const job = JSON.parse(stdout) as JobView;
  assert.equal(job.state, 'completed', `${job.type} ${job.jobId}: ${stdout}`);
  return job;
};

/** Of a job with one instance. */
export const onlyInstance = ({ instances = [], jobId }: JobView): JobInstanceView => {
  const [instance] = instances;
  assert.ok(instance && instances.length === 1, `${jobId} has ${instances.length} instances`);
  return instance;
};

export const pointOf = (job: JobView): string => {
  const { recoveryPointId } = onlyInstance(job);
  assert.ok(recoveryPointId, `${job.jobId} made no recovery point`);
  return recoveryPointId;
};

export const showPoint = (person: Person, recoveryPointId: string): Promise<RecoveryPointView> =>
  person.ask<RecoveryPointView>(['recovery-point', 'show', recoveryPointId]);

/** What a restore made. */
export const resultOf = (job: JobView): NonNullable<JobInstanceView['result']> => {
  const { result } = onlyInstance(job);
  assert.ok(result, `${job.jobId} has no result`);
  return result;
};

/** A recovery point that needs no access node: for rows about what is refused. */
export const anyPoint = (tenant: TourTenant, instanceId: () => Promise<string>): Promise<string> =>
  shared(tenant, 'any point', async () => pointOf(await runJob(tenant, 'snapshot', 'start', await instanceId())));
