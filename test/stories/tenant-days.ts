/** What stories do with a tenant's instances, jobs and guests, beside world.ts. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeInstancesCommand,
  EC2Client,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { type CallInput, createApiClient } from '../../cli/api-client.ts';
import { tenantRoutes } from '../../core/contracts/api.ts';
import { writeBytes } from '../../dev/demo/guest.ts';
import { seededBytes } from '../../dev/demo/make-image.ts';
import type { TenantInstance } from '../../dev/demo/tenant-instance.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import type { Guest, Invocation } from '../../local/ssm/records.ts';
import { hashesOf, type Job, type Tenant, type World, waitForCleanup, waitForJob } from './world.ts';

const MIB = 1_048_576;
type Body<Name extends keyof typeof tenantRoutes> = NonNullable<CallInput<(typeof tenantRoutes)[Name]>['body']>;

/** Looks until it is so. Throws with what there was last. */
export const eventually = async <T>(
  what: string,
  look: () => Promise<T>,
  until: (value: T) => boolean,
  seconds = 120,
): Promise<T> => {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const value = await look();
    if (until(value)) return value;
    if (Date.now() > deadline) throw new Error(`not within ${seconds} s: ${what}; it is ${JSON.stringify(value)}`);
    await sleep(200);
  }
};

/** Waits until a job has completed and its cleanup has ended. */
export const completed = async (world: World, tenant: Tenant, jobId: string): Promise<Job> => {
  const job = await waitForJob(tenant, jobId);
  assert.equal(job.state, 'completed', JSON.stringify(job));
  await waitForCleanup(world, jobId, job.attempt);
  return job;
};

type Start = 'startBackup' | 'startSnapshot' | 'startBackupCopy' | 'startRestore';
/** Starts a job for a tenant, by the tenant, and waits until it has completed. */
export const run = async <Name extends Start>(
  world: World,
  tenant: Tenant,
  name: Name,
  body: Body<Name>,
): Promise<Job> => {
  const { jobId } = await tenant.api.call(tenantRoutes[name], { body } as never);
  return completed(world, tenant, jobId);
};

/** The recovery point that a job made of its only instance. */
export const pointOf = (job: Job): string => {
  const [child] = job.instances ?? [];
  const id = child?.recoveryPointId ?? child?.recoveryPointIds?.[0];
  assert.ok(id, JSON.stringify(job));
  return id;
};

export const resultOf = (job: Job) => {
  const result = job.instances?.[0]?.result;
  assert.ok(result, JSON.stringify(job));
  return result;
};

const assertBytes = async (
  world: World,
  volumes: readonly { readonly volumeId: string; readonly sourceVolumeId: string }[],
  truth: ReadonlyMap<string, string>,
): Promise<void> => {
  assert.ok(volumes.length > 0);
  const ids = volumes.map(({ volumeId }) => volumeId);
  const now = await hashesOf(world, ids);
  for (const { volumeId, sourceVolumeId } of volumes) {
    assert.ok(truth.has(sourceVolumeId));
    assert.equal(now.get(volumeId), truth.get(sourceVolumeId), `${volumeId} is what ${sourceVolumeId} was`);
  }
};

/** Restores, and compares every restored volume, whole, with what its source was. */
export const restored = async (
  world: World,
  tenant: Tenant,
  truth: ReadonlyMap<string, string>,
  body: Body<'startRestore'>,
): Promise<ReturnType<typeof resultOf>> => {
  const result = resultOf(await run(world, tenant, 'startRestore', body));
  await assertBytes(world, result.volumes, truth);
  return result;
};

/** The owner of the tenant's account, who may do everything in it, in any region. */
export const ownerEc2 = ({ local }: World, { accountId }: Tenant, region = local.place.region): EC2Client =>
  new EC2Client({ endpoint: local.cloud.endpoint, region, credentials: local.cloud.admin.rootAccessKey(accountId) });

export const describeInstance = async (tenant: Tenant, instanceId: string): Promise<Instance> => {
  const { Reservations } = await tenant.ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  const instance = Reservations?.[0]?.Instances?.[0];
  assert.ok(instance, instanceId);
  return instance;
};

/** Root volume first. */
export const volumesOf = ({ RootDeviceName, BlockDeviceMappings = [] }: Instance) =>
  BlockDeviceMappings.map(({ DeviceName, Ebs }) => ({
    device: DeviceName ?? '',
    volumeId: Ebs?.VolumeId ?? '',
    deletedWithInstance: Ebs?.DeleteOnTermination,
  })).sort((a, b) => Number(b.device === RootDeviceName) - Number(a.device === RootDeviceName));

/** Launches an instance of any image, with 1 MiB of data on each volume, and waits until it runs. */
export const launch = async (
  world: World,
  tenant: Tenant,
  seed: number,
  { image = 'linux', ...more }: Partial<RunInstancesCommandInput> & { readonly image?: keyof typeof SEED_IMAGES } = {},
): Promise<TenantInstance> => {
  const { Instances = [] } = await ownerEc2(world, tenant).send(
    new RunInstancesCommand({
      ImageId: SEED_IMAGES[image],
      InstanceType: 't3.small',
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: `${tenant.name}-${seed}` }] },
        { ResourceType: 'volume', Tags: [{ Key: 'owner', Value: tenant.name }] },
      ],
      ...more,
    }),
  );
  const instanceId = Instances[0]?.InstanceId ?? '';
  const running = await eventually(
    `${instanceId} runs`,
    () => describeInstance(tenant, instanceId),
    ({ State }) => State?.Name === 'running',
  );
  const volumes = volumesOf(running).map(({ device, volumeId }) => ({ device, volumeId, sizeGiB: 1 }));
  for (const [at, { volumeId }] of volumes.entries()) await write(world, volumeId, seed * 10 + at, 5);
  return { instanceId, volumes };
};

/** A guest writes 1 MiB of incompressible data. */
export const write = ({ local }: World, volumeId: string, seed: number, atMiB: number): Promise<void> =>
  writeBytes(local, volumeId, atMiB * MIB, seededBytes(seed)(MIB));

export const idsOf = ({ volumes }: TenantInstance): string[] => volumes.map(({ volumeId }) => volumeId);

const control = async ({ local: { cloud } }: World, method: string, path: string, body?: unknown): Promise<unknown> => {
  const answer = await fetch(`${cloud.endpoint}/_local${path}`, {
    method,
    headers: { 'x-local-control': cloud.controlToken },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.equal(answer.status, 200, `${method} ${path}`);
  return answer.json();
};

/** Decides how a guest behaves, since none really runs. */
export const guest = async (world: World, instanceId: string, changes: Partial<Guest>): Promise<void> => {
  await control(world, 'PUT', `/ssm/instances/${instanceId}`, changes);
};

/** What was sent to a guest through Systems Manager, in order. */
export const commandsTo = async (world: World, instanceId: string): Promise<readonly Invocation[]> =>
  ((await control(world, 'GET', `/ssm/commands?instanceId=${instanceId}`)) as { commands: Invocation[] }).commands;

/** The tenant's own API client, with an idempotency key. */
export const withKey = ({ local }: World, { user }: Tenant, idempotencyKey: string) =>
  createApiClient({
    url: new URL(local.apiUrl),
    region: local.place.region,
    credentials: async () => user,
    idempotencyKey,
  });

/** Invokes a function of the deployment and waits for its answer, as who owns the account may. */
export const invoke = async ({ local }: World, name: string, event: unknown): Promise<unknown> => {
  const { accountId, region } = local.place;
  const { Payload, FunctionError } = (await local.cloud.kernel.call(
    local.cloud.admin.rootPrincipal(accountId),
    region,
    'lambda',
    'Invoke',
    { FunctionName: `holdfast-dev-${name}`, Payload: Buffer.from(JSON.stringify(event)) },
  )) as { readonly Payload: Buffer; readonly FunctionError?: string };
  assert.equal(FunctionError, undefined, String(Payload));
  return JSON.parse(String(Payload));
};
