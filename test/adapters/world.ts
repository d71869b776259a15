/** A local cloud with the deployment's own roles, table, buckets and key, and two tenants with the shipped permissions. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EC2Client, RunInstancesCommand } from '@aws-sdk/client-ec2';
import { type Credentials, clientSettings } from '../../adapters/aws/clients.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import { TENANT_ROLE } from '../../core/domain/tenant-role-template.ts';
import { deployInvitation } from '../../dev/deploy-invitation.ts';
import { readServerless } from '../../dev/deployment/read-serverless.ts';
import { deployResources } from '../../dev/deployment/resources.ts';
import { find, type Physical, type Stack } from '../../dev/deployment/stack.ts';
import { type ExampleTenant, exampleAccounts, SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { createRecorder, FOLDER_VARIABLE } from '../../dev/permissions/recording.ts';
import { tenantTemplates } from '../../functions/wiring/tenant-templates.ts';
import { type Cloud, startCloud } from '../../local/cloud.ts';
import { SEED_IMAGES } from '../../local/ec2/seed-images.ts';
import { freshId } from './records.ts';

export const REGION = 'eu-central-1';
const PROJECT = join(import.meta.dirname, '../..');

interface TenantAccount extends ExampleTenant {
  readonly roleArn: string;
  readonly externalId: string;
}

export interface World {
  readonly cloud: Cloud;
  readonly tenants: readonly [TenantHypervisor, TenantHypervisor];
  readonly accounts: readonly TenantAccount[];
  roleArn(logicalId: string): string;
  /** Credentials of one of the deployment's roles, as its Lambda functions have them. */
  as(logicalId: string): Credentials;
  ref(logicalId: string): string;
  arn(logicalId: string): string;
  /** A tenant's own EC2, as its administrator. */
  ec2(tenant: number): EC2Client;
  stop(): Promise<void>;
}

export const startWorld = async (): Promise<World> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-adapters-'));
  const folder = process.env[FOLDER_VARIABLE];
  const recorder = folder ? createRecorder(folder) : undefined;
  const cloud = await startCloud({ dataDir, ...(recorder ? { onDecision: recorder.onDecision } : {}) });
  try {
    const world = await inhabit(cloud, dataDir);
    return {
      ...world,
      async stop() {
        await world.stop();
        recorder?.stop();
      },
    };
  } catch (error) {
    await cloud.stop();
    throw error;
  }
};

const inhabit = async (cloud: Cloud, dataDir: string): Promise<World> => {
  // The adapters make their clients themselves, as they do on AWS; the SDK finds the local cloud by this.
  process.env.AWS_ENDPOINT_URL = cloud.endpoint;
  cloud.admin.createAccount(SERVICE_ACCOUNT, 'provider');
  const place = { accountId: SERVICE_ACCOUNT, region: REGION, stage: 'test' };
  const stack: Stack = { cloud, place, physical: cloud.kernel.store.table<Physical>('deployment') };
  await deployResources(stack, readServerless(join(PROJECT, 'serverless.yml'), place));
  const arn = (logicalId: string): string => find(stack, logicalId).attributes.Arn ?? '';
  const accounts: TenantAccount[] = [];
  for (const tenant of exampleAccounts(cloud).tenants) {
    const externalId = cloud.kernel.randomHex(16);
    const role = { hubRoleArn: arn('HubRole'), externalId, name: TENANT_ROLE };
    const template = tenantTemplates.text(role, tenantTemplates.features);
    const roleArn = await deployInvitation(cloud, { accountId: tenant.accountId, region: REGION, template });
    accounts.push({ ...tenant, roleArn, externalId });
  }
  const tenants = accounts.map(
    ({ accountId, name, roleArn, externalId }): TenantHypervisor => ({
      kind: 'tenant',
      hypervisorId: freshId('hv'),
      name,
      accountId,
      region: REGION,
      auth: { method: 'assume-role', roleArn, externalId },
      createdAt: 1,
    }),
  ) as [TenantHypervisor, TenantHypervisor];
  return {
    cloud,
    tenants,
    accounts,
    roleArn: arn,
    arn,
    ref: (logicalId) => find(stack, logicalId).ref,
    as(logicalId) {
      const { AccessKeyId, SecretAccessKey, SessionToken } = cloud.admin.credentialsForRole(arn(logicalId), 'function');
      return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
    },
    ec2: (tenant) => new EC2Client(clientSettings('tenant', REGION, accounts[tenant]?.user)),
    async stop() {
      delete process.env.AWS_ENDPOINT_URL;
      await cloud.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

/** A running instance of a tenant with a root and two data volumes of 1 GiB. */
export const launchInstance = async (
  ec2: EC2Client,
  name: string,
  ImageId: string = SEED_IMAGES.linux,
  /** Named as well, though its image has it: what merges no mappings of images and launches makes none otherwise. */
  rootDevice?: string,
): Promise<string> => {
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId,
      InstanceType: 't3.small',
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: [...(rootDevice ? [rootDevice] : []), '/dev/sdf', '/dev/sdg'].map((DeviceName) => ({
        DeviceName,
        Ebs: { VolumeSize: 1, VolumeType: 'gp3', DeleteOnTermination: DeviceName === rootDevice },
      })),
      TagSpecifications: [
        { ResourceType: 'instance', Tags: [{ Key: 'Name', Value: name }] },
        { ResourceType: 'volume', Tags: [{ Key: 'owner', Value: 'dba' }] },
      ],
    }),
  );
  const id = Instances?.[0]?.InstanceId;
  if (id === undefined) throw new Error('no instance was launched');
  return id;
};

/** Asks again until the answer fits; a minute at most. */
export const until = async <T>(ask: () => Promise<T>, fits: (answer: T) => boolean): Promise<T> => {
  for (const start = Date.now(); ; ) {
    const answer = await ask();
    if (fits(answer)) return answer;
    if (Date.now() - start > 60_000) throw new Error(`still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
