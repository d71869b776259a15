import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { z } from 'zod';
import { type ApiClient, createApiClient } from '../../cli/api-client.ts';
import { type JobView, operatorRoutes, tenantRoutes } from '../../core/contracts/api.ts';
import { hashVolume, rawVolume, writeBytes } from '../../dev/demo/guest.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import { launchInstance, type TenantInstance, tenantEc2 } from '../../dev/demo/tenant-instance.ts';
import { deployInvitation } from '../../dev/deploy-invitation.ts';
import { type ExampleTenant, SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { type LocalHoldfast, startLocalHoldfast } from '../../dev/local-holdfast.ts';
import { createRecoveryKeyPair } from '../../library/recovery-key.ts';

export type Job = z.infer<typeof JobView>;

export interface Tenant extends ExampleTenant {
  readonly hypervisorId: string;
  readonly roleArn: string;
  readonly api: ApiClient;
  readonly ec2: EC2Client;
}

export interface World {
  local: LocalHoldfast;
  readonly operator: ApiClient;
  readonly serviceId: string;
  readonly queues: { readonly restores: string; readonly work: string };
  readonly tenants: readonly [Tenant, Tenant];
}

const clientOf = (local: LocalHoldfast, user: ExampleTenant['user']): ApiClient =>
  createApiClient({ url: new URL(local.apiUrl), region: local.place.region, credentials: async () => user });

interface Options {
  readonly overrides?: Readonly<Record<string, string>>;
  readonly libraryPath?: string;
  /** Access nodes to start at once. */
  readonly nodes?: number;
  /** Object Lock of the library. */
  readonly lock?: 'governance' | 'compliance';
}

/** A service account and two bound tenants on a local cloud of the test's own, all gone when the test ends. */
export const openWorld = async (
  t: TestContext,
  { overrides = {}, libraryPath, nodes = 1, lock }: Options = {},
): Promise<World> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-story-'));
  const local = await startLocalHoldfast({
    dataDir,
    overrides: { heartbeatSeconds: '2', settleSeconds: '2', ...overrides },
  });
  const world: { local: LocalHoldfast } = { local };
  t.after(async () => {
    await world.local.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const operator = clientOf(local, local.accounts.operator);
  const service = await operator.call(operatorRoutes.addHypervisor, {
    body: {
      kind: 'service',
      name: 'service',
      accountId: SERVICE_ACCOUNT,
      region: local.place.region,
      auth: { method: 'iam-role' },
      accessNodes: 'manual',
      recoveryPublicKey: createRecoveryKeyPair(seededBytes(1)).publicKey,
      ...(libraryPath ? { library: { kind: 'disk', path: libraryPath } } : {}),
      ...(lock ? { lock } : {}),
    },
  });
  const tenants: Tenant[] = [];
  for (const tenant of local.accounts.tenants) {
    const { name, accountId } = tenant;
    const invited = await operator.call(operatorRoutes.inviteTenant, {
      body: { accountId, name, region: local.place.region },
    });
    const roleArn = await deployInvitation(local.cloud, invited);
    const { hypervisorId } = await operator.call(operatorRoutes.addHypervisor, {
      body: {
        kind: 'tenant',
        name,
        accountId,
        region: local.place.region,
        auth: { method: 'assume-role', roleArn },
      },
    });
    await operator.call(operatorRoutes.bindHypervisor, {
      params: { hypervisorId },
      body: { serviceHypervisorId: service.hypervisorId },
    });
    tenants.push({
      ...tenant,
      hypervisorId,
      roleArn,
      api: clientOf(local, tenant.user),
      ec2: tenantEc2(local, tenant),
    });
  }
  const queues = service.queues as World['queues'];
  const serviceId = service.hypervisorId;
  for (let i = 0; i < nodes; i++) local.startNode({ serviceId, queues });
  return Object.assign(world, { operator, serviceId, queues, tenants: tenants as [Tenant, Tenant] });
};

/** An instance whose volumes hold some MiB of incompressible data, spread over them. */
export const instanceWithData = async (
  { local }: World,
  tenant: Tenant,
  sizesGiB: readonly number[],
  { seed, mibPerPage = 3 }: { readonly seed: number; readonly mibPerPage?: number },
): Promise<TenantInstance> => {
  const instance = await launchInstance(tenant.ec2, tenant.name, sizesGiB);
  const random = seededBytes(seed);
  for (const { volumeId, sizeGiB } of instance.volumes) {
    for (let page = 0; page * 2 < sizeGiB; page++) {
      await writeBytes(local, volumeId, page * 2_147_483_648 + 7 * 4_096, random(mibPerPage * 1_048_576));
    }
  }
  return instance;
};

/** SHA-256 of each volume, by its id, as it is now: read from the volume itself. */
export const hashesOf = async ({ local }: World, volumeIds: readonly string[]): Promise<Map<string, string>> =>
  new Map(await Promise.all(volumeIds.map(async (id) => [id, await hashVolume(rawVolume(local, id))] as const)));

export const startBackup = async (
  tenant: Tenant,
  instanceIds: string[],
  more: { level?: 'full' | 'incremental'; queueDeadlineSeconds?: number } = {},
) => (await tenant.api.call(tenantRoutes.startBackup, { body: { instanceIds, ...more } })).jobId;

export const startRestore = async (
  tenant: Tenant,
  recoveryPointId: string,
  more: { volumeTags?: 'leave-out' | 'restore'; queueDeadlineSeconds?: number } = {},
) => (await tenant.api.call(tenantRoutes.startRestore, { body: { recoveryPointId, ...more } })).jobId;

export const jobOf = (tenant: Tenant, jobId: string): Promise<Job> =>
  tenant.api.call(tenantRoutes.getJob, { params: { jobId } });

const ENDED = ['completed', 'completed with errors', 'failed', 'cancelled'];

/** Waits until a look at the job satisfies `until` (by default: it has ended). */
export const waitForJob = async (
  tenant: Tenant,
  jobId: string,
  until: (job: Job) => boolean = ({ state }) => ENDED.includes(state),
  seconds = 240,
): Promise<Job> => {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const job = await jobOf(tenant, jobId);
    if (until(job)) return job;
    if (ENDED.includes(job.state))
      throw new Error(`${jobId} is ${job.state} (${job.error?.name}: ${job.error?.message}) and was not to end yet`);
    if (Date.now() > deadline)
      throw new Error(`${jobId} is still ${job.state} after ${seconds} s: ${JSON.stringify(job.instances)}`);
    await sleep(250);
  }
};

/** Waits until the cleanup of a job's attempt has ended: only then is nothing of it left open. */
export const waitForCleanup = async (
  { local }: World,
  jobId: string,
  attempt = 1,
  seconds = 60,
  /** A suspended job that is cancelled has one more: `cleanup-cancelled`. */
  name: 'cleanup' | 'cleanup-cancelled' = 'cleanup',
): Promise<void> => {
  const { accountId, region } = local.place;
  const executionArn = `arn:aws:states:${region}:${accountId}:execution:holdfast-dev-cleanup:${jobId}-${attempt}-${name}`;
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const status = await local.cloud.kernel
      .call(local.cloud.admin.rootPrincipal(accountId), region, 'states', 'DescribeExecution', { executionArn })
      .then((answer) => (answer as { status: string }).status)
      .catch(() => 'NOT STARTED');
    if (status === 'SUCCEEDED') return;
    if (Date.now() > deadline) throw new Error(`the cleanup of ${jobId} is ${status} after ${seconds} s`);
    await sleep(250);
  }
};
