import assert from 'node:assert/strict';
import { operatorRoutes, tenantRoutes } from '../../../core/contracts/api.ts';
import type { Chaos } from '../call.ts';
import { launch, work } from '../instances.ts';
import { endOf, startBackup, startSnapshot } from '../jobs.ts';
import type { Run, TenantPerson } from '../run.ts';
import { sendToCloud } from '../wire.ts';
import { first } from './first-tenant.ts';
import { quiet } from './quiet.ts';
import { contentsOf, type Facts, type StageMaking } from './stage.ts';

const launched = async (run: Run): Promise<Facts> => {
  const instance = await launch(run, first(run), 2);
  const other = await launch(run, run.tenants[1] as TenantPerson, 1);
  // with an agent, so that applications can be asked to hold still
  const answer = await sendToCloud(run.cloud, {
    method: 'PUT',
    target: `/_local/ssm/instances/${instance.instanceId}`,
    headers: { host: 'localhost', 'x-local-control': run.cloud.controlToken },
    body: Buffer.from('{"agent":true}'),
  });
  assert.equal(answer?.status, 200, String(answer?.body));
  return { instance, other, data: contentsOf(run, instance, other) };
};

const ended = async (run: Run, jobId: string): Promise<string> => {
  const job = await endOf(first(run), jobId);
  assert.equal(job.state, 'completed', JSON.stringify(job));
  assert.deepEqual(await quiet(run, 600_000), []);
  return job.instances?.[0]?.recoveryPointId as string;
};

const backedUp = async (run: Run): Promise<Facts> => {
  const facts = await launched(run);
  const { instance } = facts;
  const pointId = await ended(run, await startBackup(first(run), [instance.instanceId], 'full'));
  await work(run, instance, 2);
  return { ...facts, pointId };
};

const snapshotTaken = async (run: Run): Promise<Facts> => {
  const facts = await launched(run);
  const { instance } = facts;
  const pointId = await ended(run, await startSnapshot(first(run), [instance.instanceId]));
  await work(run, instance, 2);
  return { ...facts, pointId };
};

/** Two backups, and the first of them is given up: a prune has something to do. */
const prunable = async (run: Run): Promise<Facts> => {
  const facts = await backedUp(run);
  const then = contentsOf(run, facts.instance, facts.other);
  const pointId = await ended(run, await startBackup(first(run), [facts.instance.instanceId], 'full'));
  await first(run).insist(tenantRoutes.deleteRecoveryPoint, {
    params: { recoveryPointId: facts.pointId as never },
    query: { evenNewest: 'false' },
  });
  return { ...facts, data: then, pointId };
};

/** What takes protection away waits for a second person. */
const guarded = async (run: Run): Promise<Facts> => {
  const facts = await backedUp(run);
  const params = { hypervisorId: first(run).tenantId as never };
  await run.operator.insist(operatorRoutes.setProtection, { params, body: { approvals: 'two-person' } });
  return facts;
};

/** A backup whose execution was stopped, and no cleanup of it ever came through. */
const leftBehind = async (run: Run): Promise<Facts> => {
  const facts = await launched(run);
  const jobId = await startBackup(first(run), [facts.instance.instanceId], 'full');
  for (let looks = 0; ; looks++) {
    assert.ok(looks < 200, 'the backup takes no snapshots');
    const { instances = [] } = await first(run).insist(tenantRoutes.getJob, { params: { jobId: jobId as never } });
    if (instances.some(({ phase }) => phase === 'transferring' || phase === 'planning')) break;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await stopExecutionOf(run, 'backup', `${jobId}-1`);
  // until nobody tries any more
  await new Promise((resolve) => setTimeout(resolve, 30 * 60_000));
  return { ...facts, jobId };
};

export const stopExecutionOf = async (run: Run, machine: string, name: string): Promise<void> => {
  const { accountId, region, stage } = run.world.place;
  await run.aws('states', 'StopExecution', {
    executionArn: `arn:aws:states:${region}:${accountId}:execution:holdfast-${stage}-${machine}:${name}`,
  });
};

const noCleanUp: Chaos = ({ who }) => (/^(start-clean-up|clean-up|tick|reap)#/.test(who) ? { crash: 'before' } : 'go');

export const stages = {
  launched: { make: launched },
  'backed-up': { make: backedUp },
  'snapshot-taken': { make: snapshotTaken },
  prunable: { make: prunable },
  guarded: { make: guarded },
  'left-behind': { make: leftBehind, chaos: noCleanUp },
} as const satisfies Readonly<Record<string, StageMaking>>;
export type StageName = keyof typeof stages;
