/**
 * Attempts of the jobs that make recovery points, step by step and without the state machines' interpreter, on any catalog:
 * each step's calls of its ports can be held at any of them, as a Lambda is that stalls. An access node does each order as
 * soon as it is asked. (Restores in place: restore-attempts.ts.)
 */
import { sha256 } from '../../adapters/system.ts';
import type { OrderWork } from '../../core/contracts/order-work.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import type { Job, JobRequest } from '../../core/domain/job.ts';
import { attemptName } from '../../core/domain/protected-instance.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import type { Executions, WorkArea } from '../../core/ports/control.ts';
import { createCleanUp } from '../../core/steps/jobs/clean-up.ts';
import { createCloseJob } from '../../core/steps/jobs/close-job.ts';
import { createFailInstance } from '../../core/steps/jobs/fail-instance.ts';
import { aJob, aService, aTenant, freshId } from '../adapters/records.ts';
import { FakeAccount } from '../core/flows-account.ts';
import { uncountedFails } from '../core/uncounted.ts';
import { type LeaseType, stepsOf } from './attempt-steps.ts';
import { type Before, none, watched } from './watched.ts';

export const INSTANCE = 'i-00000001';
const VOLUMES = ['vol-00000001', 'vol-00000002'];

const terms = { queueDeadlineSeconds: 60, purpose: 'restore', transport: 'ebs-direct', streams: 1 } as const;
const chosen = { ...terms, instanceIds: [INSTANCE], groupIds: [] };
const crash = { kind: 'crash' } as const;
const REQUESTS: Readonly<Record<LeaseType, JobRequest>> = {
  backup: { type: 'backup', ...chosen, level: 'full', consistency: crash },
  snapshot: { type: 'snapshot', ...chosen, consistency: crash, copyAtOnce: false },
  'backup-copy': { type: 'backup-copy', ...chosen, recoveryPointIds: [] },
};

/** `type`: of the jobs that `addJob` makes. What a backup copy copies is there. */
export const openAttempts = async (catalog: Catalog, type: LeaseType = 'backup') => {
  let now = 1_700_000_000_000;
  const clock = { now: () => ++now };
  const service = aService(freshId('hv'), '111111111111');
  await catalog.hypervisors.add(service);
  const accountId = String(Math.floor(Math.random() * 1e12)).padStart(12, '2');
  const tenant = aTenant(freshId('hv'), accountId);
  await catalog.hypervisors.add({ ...tenant, binding: { serviceId: service.hypervisorId, boundAt: 1 } });
  const tenantId = tenant.hypervisorId;
  const account = new FakeAccount(clock.now);
  account.addInstance(INSTANCE, VOLUMES, {}, 'Linux/UNIX', 2);
  const objects = new Map<string, string>();
  const statuses = new Map<string, Awaited<ReturnType<Executions['status']>>>();
  const work: WorkArea = {
    bucket: 'work',
    getJson: async (key) => JSON.parse(objects.get(key) ?? 'null') ?? undefined,
    putJson: async (key, value) => void objects.set(key, JSON.stringify(value)),
    async copy(from, to) {
      const body = objects.get(from);
      if (body !== undefined) objects.set(to, body);
      return body !== undefined;
    },
  };
  const executions = {
    status: async (_machine: string, name: string) => statuses.get(name),
    async state(_machine: string, name: string) {
      const status = statuses.get(name);
      return status === undefined ? undefined : { status };
    },
    async start(_machine: string, name: string) {
      const outcome = statuses.has(name) ? ('exists' as const) : ('started' as const);
      if (outcome === 'started') statuses.set(name, 'RUNNING');
      return { outcome, executionArn: `arn:aws:states:eu-central-1:111111111111:execution:backup:${name}` };
    },
    async stop(_machine: string, name: string) {
      if (statuses.get(name) === 'RUNNING') statuses.set(name, 'ABORTED');
    },
  } as unknown as Executions;

  const deps = (before: Before) => ({
    catalog: watched(catalog, 'catalog', before),
    scopes: watched(account.scopes, 'scopes', before),
    work: watched(work, 'work', before),
    executions,
    clock,
    sha256,
    segmentBlocks: 4_096,
    heartbeatSeconds: 20,
    settleSeconds: 300,
    tellUncounted: uncountedFails,
    pruneWindowSeconds: 7 * 86_400,
  });

  const addJob = async (of = type): Promise<Job> => {
    const job: Job = { ...aJob(tenantId), type: of, request: REQUESTS[of], createdAt: clock.now() };
    await catalog.jobs.add(job);
    statuses.set(attemptName(job.jobId, 1), 'RUNNING');
    return job;
  };

  /** An access node: claims, does and completes. Twice the same changes nothing; an order that is over is let be. */
  const perform = async (orderId: string, before = none): Promise<void> => {
    const { orders } = deps(before).catalog;
    const order = await orders.get(orderId);
    if (!order || order.outcome) return;
    const document = (await work.getJson(order.documentKey)) as OrderWork;
    const claimed = await orders.claim(orderId, order, 'node-00000001', 'hash', clock.now());
    if (!claimed) return;
    const resultKey = `${order.resultPrefix}${orderId}-${claimed.claim}.json`;
    await work.putJson(resultKey, resultOf(document));
    await orders.complete(orderId, claimed.claim, { orderId, claim: claimed.claim, resultKey, counters: noCounters });
  };

  /** One attempt, step by step (attempt-steps.ts). */
  const attempt = ({ jobId, tenantId, type }: Job, number: number, before: Before = none, again = 1) => {
    const ref = { jobId, attempt: number, tenantId };
    const its = deps(before);
    /** Every step may be run more than once: the last answer counts. */
    const step = async <T>(run: () => Promise<T>): Promise<T> => {
      for (let times = 1; times < again; times++) await run();
      return run();
    };
    const { state, steps, commit } = stepsOf(type as LeaseType, {
      deps: its,
      ref,
      instanceId: INSTANCE,
      perform: (orderId) => perform(orderId, before),
    });
    return {
      state,
      steps: steps.map(([name, run]) => [name, () => step(run)] as const),
      commit,
      async run(): Promise<void> {
        for (const [, each] of steps) await step(each);
        statuses.set(attemptName(jobId, number), 'SUCCEEDED');
        await cleanUp({ jobId, tenantId }, number);
      },
      /** As the machine's Catch does. */
      async fail(error: Error): Promise<void> {
        const caught = { Error: error.name, Cause: JSON.stringify({ errorMessage: error.message }) };
        await createFailInstance(its)({ ...ref, instanceId: INSTANCE, error: caught });
        await createCloseJob(its)({ ...ref, error: null });
        statuses.set(attemptName(jobId, number), 'FAILED');
      },
    };
  };

  const cleanUp = async ({ jobId, tenantId }: Pick<Job, 'jobId' | 'tenantId'>, number: number, pass = 1) => {
    const run = createCleanUp(deps(none));
    for (let looks = 0; looks < 20; looks++) {
      const { state } = await run({ jobId, attempt: number, tenantId, pass });
      if (state !== 'running') return state;
      now += 60_000;
    }
    throw new Error('the cleanup does not end');
  };

  const points = async () => (await catalog.points.list(tenantId, INSTANCE, { limit: 100 })).items;
  if (type === 'backup-copy') for (const _ of [1, 2]) await attempt(await addJob('snapshot'), 1).run();

  return {
    catalog,
    tenantId,
    tenant,
    /** Of the instance, newest first. */
    points,
    /** What has to be in the tenant's account, and nothing else: the snapshots of points that live by them, and the head's. */
    async snapshotsToKeep(): Promise<readonly string[]> {
      const head = (await catalog.instances.get(tenantId, INSTANCE))?.head;
      const living = (await points()).filter(
        ({ state, kind, recoveryPointId }) =>
          state === 'available' && (kind === 'snapshot' || recoveryPointId === head),
      );
      const ids = living.flatMap(({ volumes }) => volumes.map(({ snapshotId }) => snapshotId));
      return [...new Set(ids)].sort();
    },
    account,
    addJob,
    attempt,
    cleanUp,
    perform,
    deps,
    advance(ms: number): void {
      now += ms;
    },
    /** The execution's own end, which is read by the cleanup. */
    end: (job: Job, number: number, status: 'SUCCEEDED' | 'FAILED'): void =>
      void statuses.set(attemptName(job.jobId, number), status),
    /** StopExecution, or a timeout: no Catch runs. */
    stop: (job: Job, number: number): void => void statuses.set(attemptName(job.jobId, number), 'ABORTED'),
  };
};

export type Attempts = Awaited<ReturnType<typeof openAttempts>>;

const resultOf = (document: OrderWork): object => {
  if (document.kind !== 'assemble-maps') return { kind: document.kind, pages: [], generation: 0, counters: noCounters };
  return {
    kind: document.kind,
    volumes: document.volumes.map(({ volumeId }) => ({
      volumeId,
      mapSeal: 'seal',
      dataBlocks: 4_096,
      zeroBlocks: 0,
      pageDataBlocks: [4_096],
    })),
    generation: 0,
    verification: { at: '2026-01-01T00:00:00.000Z', blocks: 1, depth: 'sample' },
    counters: noCounters,
  };
};
