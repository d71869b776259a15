/** One tenant, its account, a recovery point, and what the restore's state machine does with the steps. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../../adapters/system.ts';
import type { RestoreTarget } from '../../core/contracts/job-requests.ts';
import { LaunchFailed, TransientFailure, VolumeFailed } from '../../core/domain/errors.ts';
import type { InstanceSettings } from '../../core/domain/instance-settings.ts';
import type { Job, JobInstance, RestoreRequest } from '../../core/domain/job.ts';
import type { RecoveryPoint } from '../../core/domain/recovery-point.ts';
import type { Catalog } from '../../core/ports/catalog.ts';
import type { Executions } from '../../core/ports/control.ts';
import type { TenantScopes } from '../../core/ports/tenant-scope.ts';
import { createLockInstance } from '../../core/steps/backup/lock-instance.ts';
import { createCleanUp } from '../../core/steps/jobs/clean-up.ts';
import { createCloseJob } from '../../core/steps/jobs/close-job.ts';
import { createFailInstance } from '../../core/steps/jobs/fail-instance.ts';
import { createAttachVolumes } from '../../core/steps/restore/attach-volumes.ts';
import { createAwaitInstance } from '../../core/steps/restore/await-instance.ts';
import { createAwaitVolumes } from '../../core/steps/restore/await-volumes.ts';
import { createCreateVolumes } from '../../core/steps/restore/create-volumes.ts';
import { createFinishRestore } from '../../core/steps/restore/finish-restore.ts';
import { createLaunchDonor } from '../../core/steps/restore/launch-donor.ts';
import { createLaunchInstance } from '../../core/steps/restore/launch-instance.ts';
import { createOpenRestore } from '../../core/steps/restore/open-restore.ts';
import { createPutBackReplaced } from '../../core/steps/restore/put-back-replaced.ts';
import { createReplaceVolumes } from '../../core/steps/restore/replace-volumes.ts';
import { createStartInstance } from '../../core/steps/restore/start-instance.ts';
import { createStartSnapshots } from '../../core/steps/restore/start-snapshots.ts';
import { createStopInstance } from '../../core/steps/restore/stop-instance.ts';
import { A, aJob, aPoint, aService, aTenant, aVolume, freshId } from '../adapters/records.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';
import { FakeAccount } from './fake-tenant/account.ts';
import { fakeScopes } from './fake-tenant/scopes.ts';
import { uncountedFails } from './uncounted.ts';

export const INSTANCE = 'i-0000000a';
export const OTHER = 'i-0000000b';
const ZONE = 'eu-central-1a';
const GIB = 1_073_741_824;

/** The execution was stopped: nothing is caught, the cleanup comes. */
export class Stopped extends Error {}

export interface Asked {
  readonly target: RestoreTarget;
  readonly kind?: RecoveryPoint['kind'];
  readonly platform?: string;
  readonly ran?: boolean;
  readonly settings?: InstanceSettings;
  readonly request?: Partial<RestoreRequest>;
}

interface MachineDeps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  /** Between two looks, ms. */
  readonly pause?: number;
  /** Of the attempt; the first, if absent. */
  readonly number?: number;
}

/** What statemachines/restore.asl.yaml does with the steps, and the cleanup after it; without a transfer. */
export const machineOf = ({ catalog, scopes, pause = 0, number = 1 }: MachineDeps, job: Job, instanceId: string) => {
  let status = 'RUNNING';
  let isStopped = false;
  const executions: Executions = {
    start: async () => ({ outcome: 'started', executionArn: 'arn' }),
    status: async () => status,
    state: async () => ({ status }),
    stop: async () => undefined,
    path: async () => undefined,
  };
  let now = 10_000;
  const deps = {
    catalog,
    scopes,
    clock: { now: () => now++ },
    sha256,
    executions,
    settleSeconds: 1,
    tellUncounted: uncountedFails,
  };
  const attempt = { jobId: job.jobId, attempt: number, tenantId: job.tenantId };

  const isOver = (): boolean => isStopped;
  const never = (): boolean => false;
  /** As Step Functions' Retry: what is transient is tried again, a few times. */
  const tried = async <T>(step: () => Promise<T>, ends = isOver): Promise<T> => {
    for (let again = 0; ; again++) {
      if (ends()) throw new Stopped('the execution');
      try {
        return await step();
      } catch (error) {
        if (!(error instanceof TransientFailure) || again === 6) throw error;
        if (pause > 0) await sleep(pause);
      }
    }
  };
  const until = async (step: () => Promise<{ readonly ready: boolean }>, late: Error): Promise<void> => {
    for (let looks = 0; looks < 20; looks++) {
      if ((await tried(step)).ready) return;
      if (pause > 0) await sleep(pause);
    }
    throw late;
  };

  const perform = async (): Promise<void> => {
    const { restore, place, path } = await tried(() =>
      createOpenRestore(deps)({ ...attempt, tenantName: 'acme', trigger: 'api', requestedBy: 'arn' }),
    );
    const step = <T>(create: (d: typeof deps) => (input: typeof restore) => Promise<T>) =>
      tried(() => create(deps)(restore));
    const poll = (create: (d: typeof deps) => (input: typeof restore) => Promise<{ ready: boolean }>, late: Error) =>
      until(() => create(deps)(restore), late);
    if (path === 'in-place') {
      await tried(() => createLockInstance(deps)({ ...attempt, instanceId: restore.instanceId }));
    }
    // What access nodes write is not modelled: a filled snapshot is as good as a snapshot.
    if (place === 'library') await step(createStartSnapshots);
    if (path === 'image') await step(createLaunchInstance);
    if (path === 'donor') await step(createLaunchDonor);
    if (path === 'image' || path === 'donor') await poll(createAwaitInstance, new LaunchFailed('late'));
    if (path !== 'image') {
      await step(createCreateVolumes);
      await poll(createAwaitVolumes, new VolumeFailed('late'));
    }
    if (path === 'attach') await poll(createAttachVolumes, new VolumeFailed('late'));
    if (path === 'in-place' || path === 'donor') {
      await poll(createStopInstance, new VolumeFailed('late'));
      await poll(createReplaceVolumes, new VolumeFailed('late'));
      await poll(createStartInstance, new LaunchFailed('late'));
    }
    await step(createFinishRestore);
  };

  const failed = async (error: unknown): Promise<void> => {
    const named = { Error: error instanceof Error ? error.name : 'Error', Cause: String(error) };
    const ref = { ...attempt, instanceId };
    if (await catalog.jobs.instance(job.jobId, instanceId)) {
      await createFailInstance(deps)({ ...ref, error: named });
      // Its catches: what resists, the cleanup goes on with; whatever else comes leaves the job open, for the cleanup.
      try {
        await until(() => createPutBackReplaced(deps)(ref), new Error('late'));
      } catch (caught) {
        const resists = ['TenantAccessLost', 'VolumeFailed', 'LaunchFailed', 'InstanceNotFound'];
        if (!resists.includes(caught instanceof Error ? caught.name : '')) return;
      }
    }
    await createCloseJob(deps)({ ...attempt, error: named });
  };

  return {
    deps,
    attempt,
    perform,
    /** The machine: perform, or note why not; and always close. */
    async run(): Promise<void> {
      try {
        await perform();
        await createCloseJob(deps)(attempt);
        status = 'SUCCEEDED';
      } catch (error) {
        if (error instanceof Stopped) {
          status = 'ABORTED';
          return;
        }
        status = 'FAILED';
        await failed(error);
      }
    },
    /** StopExecution, or a timeout: no other step begins, and nothing is caught. */
    stop(): void {
      isStopped = true;
      status = 'ABORTED';
    },
    async cleanUp(): Promise<void> {
      let pass = 1;
      for (let looks = 0; looks < 60; looks++) {
        const { state } = await tried(() => createCleanUp(deps)({ ...attempt, pass }), never);
        if (state === 'closed') return;
        if (state === 'more') pass++;
        if (pause > 0) await sleep(pause);
      }
      throw new Error('the cleanup never ends');
    },
    async child(): Promise<JobInstance | undefined> {
      return catalog.jobs.instance(job.jobId, instanceId);
    },
    async state(): Promise<string | undefined> {
      return (await catalog.jobs.get(job.tenantId, job.jobId))?.state;
    },
    cancel: (): Promise<boolean> =>
      catalog.jobs.update(job.tenantId, job.jobId, { state: 'cancelling', cancelRequestedAt: 1 }, [
        'running',
        'queued',
      ]),
  };
};

interface Hooks {
  before: (write: string) => void;
  after: (write: string) => void;
}
const WRITES = /^(add|update|intend|lock|unlock|commit|remove|close|set|reset|note|bind|register)/;

/** The catalog, with something that happens around each write of it. */
const withHooks = (catalog: Catalog, hooks: Hooks): Catalog =>
  Object.fromEntries(
    Object.entries(catalog).map(([group, methods]) => [
      group,
      Object.fromEntries(
        Object.entries(methods as Record<string, (...args: unknown[]) => Promise<unknown>>).map(([name, method]) => [
          name,
          async (...args: unknown[]) => {
            if (!WRITES.test(name)) return method(...args);
            hooks.before(`${group}.${name}`);
            const answer = await method(...args);
            hooks.after(`${group}.${name}`);
            return answer;
          },
        ]),
      ),
    ]),
  ) as unknown as Catalog;

export const openRestoreWorld = async ({
  target,
  kind = 'streaming',
  platform = 'Linux/UNIX',
  ran = true,
  settings,
  request,
}: Asked) => {
  const hooks: Hooks = { before: () => undefined, after: () => undefined };
  const catalog = withHooks(createInMemoryCatalog().catalog, hooks);
  const account = new FakeAccount();
  const serviceId = freshId('hv');
  await catalog.hypervisors.add({ ...aTenant(A, '222222222222'), binding: { serviceId, boundAt: 1 } });
  await catalog.hypervisors.add(aService(serviceId, '111111111111'));

  const base = aPoint(A, INSTANCE, []);
  const root = {
    ...aVolume(0, [1, 0, 0, 0]),
    device: '/dev/xvda',
    sizeBytes: 8 * GIB,
    tags: { Name: 'root', 'aws:x': 'y' },
  };
  const data = { ...aVolume(1, [1, 0]), device: '/dev/sdf', sizeBytes: 4 * GIB, deleteOnTermination: false };
  const point: RecoveryPoint = {
    ...base,
    kind,
    state: 'available',
    serviceId,
    volumes: [root, data],
    instance: {
      ...base.instance,
      instanceId: INSTANCE,
      platform,
      name: 'web',
      availabilityZone: ZONE,
      tags: { team: 'a' },
      ...(settings ? { settings } : {}),
    },
  };
  await catalog.points.add(point);
  if (kind === 'snapshot') for (const { snapshotId } of point.volumes) account.snapshots.set(snapshotId, { tags: {} });
  account.donors.push({
    imageId: 'ami-0000d000',
    name: 'Windows_Server-2022',
    platform: 'Windows',
    architecture: 'x86_64',
    rootDeviceName: '/dev/sda1',
  });
  for (const instanceId of [INSTANCE, OTHER]) {
    const state = ran ? 'running' : 'stopped';
    const configuration = { ...point.instance, instanceId };
    account.instances.set(instanceId, { instanceId, state, configuration, tags: { Name: instanceId } });
    for (const [device, deleteOnTermination] of [
      ['/dev/xvda', true],
      ['/dev/sdf', false],
    ] as const) {
      const volumeId = account.id('vol');
      account.volumes.set(volumeId, {
        volumeId,
        state: 'in-use',
        sizeGiB: 8,
        volumeType: 'gp3',
        availabilityZone: ZONE,
        content: `now ${instanceId} ${device}`,
        tags: { Name: device },
        attachment: { instanceId, device, state: 'attached', deleteOnTermination },
      });
    }
  }
  const job: Job = {
    ...aJob(A),
    type: 'restore',
    request: {
      type: 'restore',
      queueDeadlineSeconds: 60,
      purpose: 'restore',
      transport: 'ebs-direct',
      streams: 1,
      recoveryPointId: point.recoveryPointId,
      target,
      volumeTags: 'leave-out',
      asked: { from: 'nearest', volumeTags: 'leave-out' },
      ...request,
    },
  };
  await catalog.jobs.add(job);

  return {
    account,
    catalog,
    /** What happens around each write of a record. */
    records: hooks,
    job,
    point,
    ...machineOf({ catalog, scopes: fakeScopes(account) }, job, INSTANCE),
  };
};
export type RestoreWorld = Awaited<ReturnType<typeof openRestoreWorld>>;
