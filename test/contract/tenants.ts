/** Ways into the tenants of a contract's cloud, and things of theirs to work on. */
import assert from 'node:assert/strict';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createTenantScopes } from '../../adapters/aws/tenant-scopes.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { DescribedInstance } from '../../core/ports/tenant-instances.ts';
import type { TenantAccess, TenantScope } from '../../core/ports/tenant-scope.ts';
import type { DescribedVolume } from '../../core/ports/tenant-volumes.ts';
import { launchInstance, until } from '../adapters/world.ts';
import { freshName, REGION, type TheCloud } from './cloud.ts';

export const NO_INSTANCE = 'i-0123456789abcdef0';
export const NO_SNAPSHOT = 'snap-0123456789abcdef0';
export const NO_VOLUME = 'vol-0123456789abcdef0';
export const NO_IMAGE = 'ami-0123456789abcdef0';

export const tagsOf = (jobId: string, operation = freshName('op')): Tags => ({
  [TAG.job]: jobId,
  [TAG.operation]: operation,
  [TAG.restore]: 'rp-1',
});

export const scopesOf = (cloud: TheCloud) => {
  const settings = clientSettings('own', REGION, cloud().as('PlanTransferRole'));
  return createTenantScopes({
    sts: new STSClient(settings),
    secrets: new SecretsManagerClient(settings),
    hubRoleArn: cloud().hubRoleArn,
    region: REGION,
  });
};

export const openTenant = (
  cloud: TheCloud,
  jobId: string,
  access: TenantAccess,
  tenant: 0 | 1 = 0,
): Promise<TenantScope> => scopesOf(cloud).open(cloud().tenants[tenant], jobId, access);

/** A tenant's own EC2, as its administrator. */
export const ec2Of = (cloud: TheCloud, tenant: 0 | 1 = 0): EC2Client =>
  new EC2Client(clientSettings('tenant', REGION, cloud().root(tenant)));

/** A running instance of a tenant, with a root volume and two of 1 GiB. */
export const runningInstance = async (cloud: TheCloud, name: string, tenant: 0 | 1 = 0): Promise<DescribedInstance> => {
  const id = await launchInstance(ec2Of(cloud, tenant), name, cloud().image.id, cloud().image.rootDevice);
  const look = await openTenant(cloud, freshName('job'), { to: 'look' }, tenant);
  const seen = await until(
    () => look.instances.describe(id),
    (answer) => answer?.state === 'running',
  );
  assert.ok(seen);
  return seen;
};

export const volumeAt = ({ volumes }: DescribedInstance, device: string): string =>
  volumes.find((each) => each.device === device)?.volumeId ?? assert.fail(`no volume at ${device}`);

/** Snapshots of all volumes of an instance, completed, in the order of `volumes`. */
export const completedSet = async (
  scope: TenantScope,
  jobId: string,
  { configuration, volumes }: DescribedInstance,
) => {
  const set = await scope.snapshots.createForInstance(configuration.instanceId, [], tagsOf(jobId));
  await until(
    () => scope.snapshots.describe(set.map(({ snapshotId }) => snapshotId)),
    (answer) => answer.length === set.length && answer.every(({ state }) => state === 'completed'),
  );
  return volumes.map(
    ({ volumeId }) => set.find((each) => each.volumeId === volumeId)?.snapshotId ?? assert.fail(`none of ${volumeId}`),
  );
};

export const volumeBecomes = async (
  scope: TenantScope,
  volumeId: string,
  fits: (volume: DescribedVolume) => boolean,
): Promise<DescribedVolume> => {
  const [volume] = await until(
    () => scope.volumes.describe([volumeId]),
    ([answer]) => answer !== undefined && fits(answer),
  );
  assert.ok(volume);
  return volume;
};

export const isFree = ({ state }: DescribedVolume): boolean => state === 'available';

export const isOn =
  (instanceId: string, device: string) =>
  ({ attachment }: DescribedVolume): boolean =>
    attachment?.instanceId === instanceId && attachment.device === device && attachment.state === 'attached';
