/**
 * The state machines as they deploy, run on virtual time, with their steps on an in-memory catalog and two tenants'
 * accounts, and an access node that does every order at once. What a step reaches beyond its ports is not here.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parse } from 'yaml';
import { pathError } from '../../adapters/aws/sfn-path-errors.ts';
import { CloseLibraryRunInput, type LibraryOutcome, OpenLibraryRunInput } from '../../core/contracts/library-runs.ts';
import type { LostVolume } from '../../core/contracts/order-results.ts';
import type { OrderWork } from '../../core/contracts/order-work.ts';
import { noCounters } from '../../core/contracts/orders.ts';
import * as contracts from '../../core/contracts/steps.ts';
import type { Job, JobInstance, JobRequest } from '../../core/domain/job.ts';
import { jobError } from '../../core/domain/job-error.ts';
import { attemptName } from '../../core/domain/protected-instance.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { Executions, Machine, WorkArea } from '../../core/ports/control.ts';
import type { TenantScopes } from '../../core/ports/tenant-scope.ts';
import { createAwaitSnapshots } from '../../core/steps/await-snapshots.ts';
import { createCloseSource } from '../../core/steps/backup/close-source.ts';
import { createCommitRecoveryPoint } from '../../core/steps/backup/commit-recovery-point.ts';
import { createLockInstance } from '../../core/steps/backup/lock-instance.ts';
import { createOpenBackup } from '../../core/steps/backup/open-backup.ts';
import { createCloseCopy } from '../../core/steps/copy/close-copy.ts';
import { createNextCopy } from '../../core/steps/copy/next-copy.ts';
import { createOpenCopy } from '../../core/steps/copy/open-copy.ts';
import { createCleanUp } from '../../core/steps/jobs/clean-up.ts';
import { createCloseJob } from '../../core/steps/jobs/close-job.ts';
import { createFailInstance } from '../../core/steps/jobs/fail-instance.ts';
import { createCloseLibraryRun } from '../../core/steps/library/close-library-run.ts';
import { createOpenLibraryRun } from '../../core/steps/library/open-library-run.ts';
import { createChooseWay } from '../../core/steps/snapshot/choose-way.ts';
import { createCopyToRegion } from '../../core/steps/snapshot/copy-to-region.ts';
import { createFailRegionCopy } from '../../core/steps/snapshot/fail-region-copy.ts';
import { createGiveBack } from '../../core/steps/snapshot/give-back.ts';
import { createGuestCommand } from '../../core/steps/snapshot/guest-command.ts';
import { createGuestResult } from '../../core/steps/snapshot/guest-result.ts';
import { createNoteThaw } from '../../core/steps/snapshot/note-thaw.ts';
import { createOpenSnapshot } from '../../core/steps/snapshot/open-snapshot.ts';
import { createStartCopy } from '../../core/steps/snapshot/start-copy.ts';
import { createTakeSnapshots } from '../../core/steps/snapshot/take-snapshots.ts';
import { createCollectResults, createExplainFinish } from '../../core/steps/transfer/collect-results.ts';
import { createOpenSource } from '../../core/steps/transfer/open-source.ts';
import { createPlanTransfer } from '../../core/steps/transfer/plan-transfer.ts';
import { AwsError } from '../../local/kernel/errors.ts';
import { aService, aTenant, freshId } from '../adapters/records.ts';
import { createInMemoryAudit } from '../api/in-memory-audit.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { ACCOUNT, lambda, REGION, TestCloud } from '../local-states/fake-cloud.ts';
import { FakeAccount } from './flows-account.ts';
import { uncountedFails } from './uncounted.ts';

const folder = join(import.meta.dirname, '../../statemachines');
const MACHINES: Readonly<Record<string, string>> = {
  Backup: 'backup',
  Snapshot: 'snapshot',
  BackupCopy: 'backup-copy',
  Snapshots: 'snapshots',
  Transfer: 'transfer',
  CleanUp: 'cleanup',
  LibraryRun: 'library-run',
};
const RESTORES = 'https://sqs/restores';

const terms = { queueDeadlineSeconds: 60, purpose: 'restore', transport: 'ebs-direct', streams: 3 } as const;
const selection = { instanceIds: [], groupIds: [] };
type Asked<T extends JobRequest['type']> = Partial<Extract<JobRequest, { type: T }>>;

export const backupOf = (more: Asked<'backup'>): JobRequest => ({
  type: 'backup',
  ...terms,
  ...selection,
  level: 'incremental',
  consistency: { kind: 'crash' },
  ...more,
});
export const snapshotOf = (more: Asked<'snapshot'>): JobRequest => ({
  type: 'snapshot',
  ...terms,
  ...selection,
  consistency: { kind: 'crash' },
  copyAtOnce: false,
  ...more,
});
export const copyOf = (more: Asked<'backup-copy'>): JobRequest => ({
  type: 'backup-copy',
  ...terms,
  ...selection,
  recoveryPointIds: [],
  ...more,
});

export type World = Awaited<ReturnType<typeof openFlows>>;

interface FlowsOptions {
  /** Every step's first answer is lost, and the step is run again. */
  readonly twice?: boolean;
  readonly segmentBlocks?: number;
}

export const openFlows = async (t: TestContext, { twice = false, segmentBlocks = 4_096 }: FlowsOptions = {}) => {
  const { catalog, records } = createInMemoryCatalog();
  const objects = new Map<string, string>();
  const service = {
    ...aService(freshId('hv'), '111111111111'),
    queues: { restores: RESTORES, work: 'https://sqs/work' },
  };
  await catalog.hypervisors.add(service);
  const handlers: ConstructorParameters<typeof TestCloud>[0] = {};
  const cloud = new TestCloud(handlers);
  t.after(() => cloud.close());
  await cloud.clock.advance(1_700_000_000_000);
  const clock = { now: () => cloud.clock.now() };
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

  const accounts = new Map<string, FakeAccount>();
  const addTenant = async (accountId: string) => {
    const tenant = aTenant(freshId('hv'), accountId);
    await catalog.hypervisors.add({ ...tenant, binding: { serviceId: service.hypervisorId, boundAt: 1 } });
    const account = new FakeAccount(clock.now);
    accounts.set(tenant.hypervisorId, account);
    return { tenantId: tenant.hypervisorId, account };
  };
  const tenants = [await addTenant('222222222222'), await addTenant('333333333333')] as const;
  const scopes: TenantScopes = {
    open: (tenant, who, access) => (accounts.get(tenant.hypervisorId) as FakeAccount).scopes.open(tenant, who, access),
  };
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
  const arnOf = (machine: string): string => `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${machine}`;
  const executionOf = (machine: string, name: string): string =>
    `${arnOf(machine).replace('stateMachine', 'execution')}:${name}`;
  const executions = {
    async start(machine: Machine, name: string, input: object) {
      const executionArn = executionOf(machine, name);
      try {
        await cloud.startExecution(arnOf(machine), input, name);
        return { outcome: 'started' as const, executionArn };
      } catch (error) {
        if (error instanceof AwsError && error.code === 'ExecutionAlreadyExists')
          return { outcome: 'exists' as const, executionArn };
        throw error;
      }
    },
    async status(machine: Machine, name: string) {
      return (await this.state(machine, name))?.status;
    },
    async state(machine: Machine, name: string) {
      try {
        const { status, error, cause } = await cloud.describe(executionOf(machine, name));
        return { status, ...(error ? { error: pathError('ExecutionFailed', { error, cause }) } : {}) };
      } catch {
        return undefined;
      }
    },
    stop: async (machine: Machine, name: string, error: string, cause: string) =>
      void (await cloud.api('StopExecution', { executionArn: executionOf(machine, name), error, cause })),
  } as Executions;

  const auditing = createInMemoryAudit(clock);
  const deps = {
    catalog,
    audit: auditing.audit,
    scopes,
    work,
    executions,
    clock,
    sha256,
    segmentBlocks,
    heartbeatSeconds: 2,
    settleSeconds: 5,
    pruneWindowSeconds: 7 * 86_400,
    tellUncounted: uncountedFails,
  };
  const step =
    <In>(schema: { parse(value: unknown): In }, run: (input: In) => Promise<unknown>) =>
    async (event: unknown): Promise<unknown> => {
      if (twice) await run(schema.parse(event));
      return run(schema.parse(event));
    };
  const functions = {
    OpenBackup: step(contracts.JobInput, createOpenBackup(deps)),
    OpenSnapshot: step(contracts.JobInput, createOpenSnapshot(deps)),
    OpenCopy: step(contracts.JobInput, createOpenCopy(deps)),
    LockInstance: step(contracts.InstanceRef, createLockInstance(deps)),
    ChooseWay: step(contracts.LockedInstance, createChooseWay(deps)),
    GuestCommand: step(contracts.GuestCommandInput, createGuestCommand(deps)),
    GuestResult: step(contracts.GuestResultInput, createGuestResult(deps)),
    NoteThaw: step(contracts.NoteThawInput, createNoteThaw(deps)),
    TakeSnapshots: step(contracts.TakeSnapshotsInput, createTakeSnapshots(deps)),
    AwaitSnapshots: step(contracts.AwaitSnapshotsInput, createAwaitSnapshots(deps)),
    OpenSource: step(contracts.TransferInput, createOpenSource(deps)),
    PlanTransfer: step(contracts.PlanTransferInput, createPlanTransfer(deps)),
    CollectResults: step(contracts.Transfer, createCollectResults(deps)),
    ExplainFinish: step(contracts.Transfer, createExplainFinish(deps)),
    CommitRecoveryPoint: step(contracts.LockedInstance, createCommitRecoveryPoint(deps)),
    CloseSource: step(contracts.LockedInstance, createCloseSource(deps)),
    GiveBack: step(contracts.LockedInstance, createGiveBack(deps)),
    CopyToRegion: step(contracts.LockedInstance, createCopyToRegion(deps)),
    FailRegionCopy: step(contracts.FailRegionCopyInput, createFailRegionCopy(deps)),
    StartCopy: step(contracts.AttemptRef, createStartCopy(deps)),
    NextCopy: step(contracts.NextCopyInput, createNextCopy(deps)),
    CloseCopy: step(contracts.LeasedInstance, createCloseCopy(deps)),
    FailInstance: step(contracts.FailInstanceInput, createFailInstance(deps)),
    CloseJob: step(contracts.CloseJobInput, createCloseJob(deps)),
    CleanUp: step(contracts.CleanUpInput, createCleanUp(deps)),
    OpenLibraryRun: step(OpenLibraryRunInput, createOpenLibraryRun(deps)),
    CloseLibraryRun: step(CloseLibraryRunInput, createCloseLibraryRun(deps)),
  };

  const node = {
    isThere: true,
    orders: [] as OrderWork[],
    willDo: Number.POSITIVE_INFINITY,
    /** Snapshots that cannot be read, and the error's name. */
    unreadable: new Map<string, string>(),
    /** What it does with each order of a library run, one after another. */
    maintains: [] as {
      readonly outcome?: LibraryOutcome;
      readonly deleteNotBefore?: number;
      readonly removedPoints?: readonly string[];
      readonly lockedPoints?: readonly string[];
      readonly lostVolumes?: readonly LostVolume[];
      readonly error?: string;
    }[],
  };
  /** An access node that is done as soon as it is asked. */
  const perform = async (orderId: string, taskToken: string): Promise<void> => {
    const order = await catalog.orders.get(orderId);
    assert.ok(order, `there is no order ${orderId}`);
    const document = (await work.getJson(order.documentKey)) as OrderWork;
    node.orders.push(document);
    const claimed = await catalog.orders.claim(orderId, order, 'node-1', sha256(taskToken), clock.now());
    assert.ok(claimed);
    const maintained = document.kind === 'maintain-library' ? node.maintains.shift() : undefined;
    const name = document.kind === 'read-segment' ? node.unreadable.get(document.snapshotId) : maintained?.error;
    if (name !== undefined) {
      const error = jobError(name, `${name} of the snapshot`);
      await catalog.orders.release(orderId, claimed.claim, 'failed', error);
      // One that fails ends the others' tasks.
      await cloud.api('SendTaskFailure', { taskToken, error: name, cause: error.message }).catch(() => undefined);
      return;
    }
    const moved = document.kind === 'read-segment' ? 5 : 0;
    const counters = { ...noCounters, transferred: moved, stored: moved };
    const resultKey = `${order.resultPrefix}${orderId}-${claimed.claim}.json`;
    if (document.kind === 'assemble-maps') {
      await work.putJson(resultKey, {
        kind: document.kind,
        volumes: document.volumes.map(({ volumeId }) => ({
          volumeId,
          mapSeal: 'seal',
          dataBlocks: 8_192,
          zeroBlocks: 0,
          pageDataBlocks: [4_096, 4_096],
        })),
        generation: 0,
        verification: { at: '2026-01-01T00:00:00.000Z', blocks: 1, depth: 'sample' },
        counters,
      });
    }
    if (maintained) {
      const { outcome: made, deleteNotBefore, removedPoints = [], lockedPoints, lostVolumes = [] } = maintained;
      await work.putJson(resultKey, {
        kind: document.kind,
        outcome: made,
        ...(deleteNotBefore === undefined ? {} : { deleteNotBefore }),
        removedPoints,
        ...(lockedPoints === undefined ? {} : { lockedPoints }),
        lostVolumes,
        reportKey: `${resultKey}.report`,
        counters,
      });
    }
    if (document.kind === 'read-segment') {
      await work.putJson(resultKey, { kind: document.kind, pages: [], generation: 0, counters });
    }
    const outcome = { orderId, claim: claimed.claim, resultKey, counters };
    await catalog.orders.complete(orderId, claimed.claim, outcome);
    await cloud.api('SendTaskSuccess', { taskToken, output: JSON.stringify(outcome) });
  };
  const waiting: (() => Promise<void>)[] = [];
  const add = (name: string, handler: Parameters<typeof cloud.handlers.set>[1]): void =>
    void cloud.handlers.set(name, handler);
  add('lambda:Invoke', lambda(functions));
  add('s3:GetObject', ({ Key }) => {
    const body = objects.get(String(Key));
    if (body === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    return { Body: Buffer.from(body) };
  });
  add('s3:PutObject', ({ Key, Body }) => void objects.set(String(Key), String(Body)));
  add('sqs:SendMessage', ({ MessageBody }) => {
    const { orderId, taskToken } = JSON.parse(String(MessageBody)) as { orderId: string; taskToken: string };
    if (node.isThere && node.willDo > 0) {
      node.willDo -= 1;
      waiting.push(() => perform(orderId, taskToken));
      cloud.clock.at(cloud.clock.now() + 1, () => void waiting.shift()?.());
    }
    return { MessageId: '1', MD5OfMessageBody: '' };
  });

  for (const file of readdirSync(folder)) {
    const name = file === 'clean-up.asl.yaml' ? 'cleanup' : file.replace('.asl.yaml', '');
    if (!Object.values(MACHINES).includes(name)) continue;
    const text = JSON.stringify(parse(readFileSync(join(folder, file), 'utf8'), { merge: true }))
      .replace(/#\{(\w+)LambdaFunction\.Arn\}/g, `arn:aws:lambda:${REGION}:${ACCOUNT}:function:$1`)
      .replace(/#\{(\w+)StateMachine\}/g, (_all, id: string) => arnOf(MACHINES[id] ?? `no machine ${id}`));
    await cloud.create(name, text);
  }

  const jobOf = (jobId: string): Job => records.jobs.get(jobId) as Job;
  /** Runs an attempt and its cleanup to their ends. */
  const finish = async (jobId: string): Promise<Job> => {
    const { type, attempt } = jobOf(jobId);
    await cloud.finish(executionOf(type, attemptName(jobId, attempt)));
    await cloud.finish(executionOf('cleanup', `${attemptName(jobId, attempt)}-cleanup`));
    return jobOf(jobId);
  };
  const start = async (tenantId: string, request: JobRequest): Promise<string> => {
    const jobId = freshId('job');
    const job: Job = {
      jobId,
      tenantId,
      type: request.type,
      state: 'queued',
      attempt: 1,
      request,
      trigger: 'api',
      requestedBy: 'arn:aws:iam::222222222222:user/ops',
      createdAt: clock.now(),
    };
    await catalog.jobs.add(job);
    await begin(job);
    return jobId;
  };
  const begin = ({ jobId, attempt, tenantId, type, trigger, requestedBy }: Job) =>
    executions.start(type, attemptName(jobId, attempt), {
      jobId,
      attempt,
      tenantId,
      tenantName: 'tenant',
      trigger,
      requestedBy,
    });
  const run = async (tenantId: string, request: JobRequest): Promise<Job> => finish(await start(tenantId, request));
  /** What a user does who asks for it once more. */
  const retry = async (jobId: string): Promise<Job> => {
    const { tenantId, attempt, state } = jobOf(jobId);
    assert.ok(await catalog.jobs.reopen(tenantId, jobId, attempt + 1, [state]));
    await begin(jobOf(jobId));
    return finish(jobId);
  };

  return {
    cloud,
    deps,
    objects,
    catalog,
    records,
    service,
    tenants,
    node,
    start,
    finish,
    run,
    retry,
    jobOf,
    executionOf,
    functions,
    instancesOf: (jobId: string): Promise<readonly JobInstance[]> => catalog.jobs.instances(jobId),
    /** Available ones, oldest first. */
    pointsOf: (tenantId: string, instanceId: string): RecoveryPoint[] =>
      [...records.points.values()]
        .filter(
          (point) => point.tenantId === tenantId && point.instanceId === instanceId && point.state === 'available',
        )
        .sort((a, b) => (a.committedAt ?? 0) - (b.committedAt ?? 0)),
    hour: () => cloud.clock.advance(3_600_000),
  };
};
