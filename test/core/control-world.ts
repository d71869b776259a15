import assert from 'node:assert/strict';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Job, JobRequest } from '../../core/domain/job.ts';
import { createCancelJob } from '../../core/steps/api/cancel-job.ts';
import { createResumeJob } from '../../core/steps/jobs/resume-job.ts';
import { createRetryJob } from '../../core/steps/jobs/retry-job.ts';
import { createSuspendJob } from '../../core/steps/jobs/suspend-job.ts';
import { openFlows, type World } from './flows-world.ts';

const OPERATOR = { kind: 'operator' } as const;

/** The world, with what a user can ask for of a job, and time that goes on until something is so. */
export const openControl = async (t: Parameters<typeof openFlows>[0], more?: Parameters<typeof openFlows>[1]) => {
  const world = await openFlows(t, more);
  const [{ tenantId, account }, other] = world.tenants;
  const tenant = (await world.catalog.hypervisors.get(tenantId)) as TenantHypervisor;
  const actions = {
    cancel: createCancelJob(world.deps),
    suspend: createSuspendJob(world.deps),
    resume: createResumeJob(world.deps),
    retry: createRetryJob(world.deps),
  };
  const ask = (action: keyof typeof actions, jobId: string) => actions[action](tenant, OPERATOR, jobId);
  const until = async (is: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 10_000 && !is(); turn++) {
      await world.cloud.settle();
      const next = world.cloud.clock.nextAt();
      if (is()) return;
      assert.ok(next !== undefined, 'nothing more happens');
      await world.cloud.clock.advance(Math.max(0, next - world.cloud.clock.now()));
    }
    assert.ok(is());
  };
  const phaseOf = (jobId: string, instanceId: string): string | undefined =>
    world.records.instances.find((each) => each.jobId === jobId && each.instanceId === instanceId)?.phase;
  /** Starts a job whose node does so many orders and then stands still; answers when those are done. */
  const stuck = async (request: JobRequest, orders: number): Promise<string> => {
    world.node.willDo = orders;
    const jobId = await world.start(tenantId, request);
    await until(() => world.node.willDo === 0 && doneOrders(world, jobId) === orders);
    return jobId;
  };
  const suspended = async (request: JobRequest, orders: number): Promise<string> => {
    const jobId = await stuck(request, orders);
    await ask('suspend', jobId);
    assert.equal((await world.finish(jobId)).state, 'suspended');
    return jobId;
  };
  const resumed = async (jobId: string): Promise<Job> => {
    world.node.willDo = Number.POSITIVE_INFINITY;
    await ask('resume', jobId);
    return world.finish(jobId);
  };
  return { ...world, tenantId, account, other, ask, until, phaseOf, stuck, suspended, resumed };
};

export const doneOrders = ({ records }: Pick<World, 'records'>, jobId: string): number =>
  [...records.orders.values()].filter((order) => order.jobId === jobId && order.state === 'done').length;

/** By volume and pages: what nodes have read. */
export const reads = ({ node }: Pick<World, 'node'>): string[] =>
  node.orders.flatMap((work) => (work.kind === 'read-segment' ? [`${work.volumeId} ${work.pages.join()}`] : []));
