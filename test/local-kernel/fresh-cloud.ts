import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { STSClient } from '@aws-sdk/client-sts';
import { type Cloud, type CloudOptions, startCloud } from '../../local/cloud.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { createKms } from '../../local/kms/service.ts';
import { createS3 } from '../../local/s3/service.ts';
import { createSecretsManager } from '../../local/secrets-manager/service.ts';
import { createSts } from '../../local/sts/service.ts';

export const SERVICE = '111111111111';
export const TENANT_A = '222222222222';
export const TENANT_B = '333333333333';
export const REGION = 'eu-central-1';

export const allow = (...actions: string[]): PolicyDocument => ({
  Statement: { Effect: 'Allow', Action: actions, Resource: '*' },
});

export const trustOf = (arn: string | readonly string[], condition?: Record<string, Record<string, unknown>>) => ({
  Statement: {
    Effect: 'Allow' as const,
    Principal: { AWS: arn },
    Action: 'sts:AssumeRole',
    ...(condition ? { Condition: condition } : {}),
  },
});

/** A folder that goes when the test ends. */
export const dataFolder = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), 'local-kernel-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A cloud with one provider's account and two tenants', gone when the test ends. */
export const freshCloud = async (t: TestContext, options: Partial<CloudOptions> = {}): Promise<Cloud> => {
  const services = [createSts, createKms, createSecretsManager, createS3];
  const cloud = await startCloud({ dataDir: options.dataDir ?? dataFolder(t), services, ...options });
  t.after(() => cloud.stop());
  cloud.admin.createAccount(SERVICE, 'provider');
  cloud.admin.createAccount(TENANT_A, 'tenant a');
  cloud.admin.createAccount(TENANT_B, 'tenant b');
  return cloud;
};

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A user with these policies, and its key. */
export const userKeys = (cloud: Cloud, accountId: string, name: string, ...policies: PolicyDocument[]): Keys => {
  cloud.admin.putUser({ accountId, name, policies: Object.fromEntries(policies.map((it, i) => [`p${i}`, it])) });
  return cloud.admin.createAccessKey(accountId, name);
};

/** SDK settings: one attempt, so that a test sees the first answer. */
export const clientConfig = (cloud: Cloud, credentials: Keys) => ({
  endpoint: cloud.endpoint,
  region: REGION,
  credentials,
  maxAttempts: 1,
});

export const stsClient = (cloud: Cloud, credentials: Keys): STSClient =>
  new STSClient(clientConfig(cloud, credentials));

/** SDK credentials of what STS answered. */
export const keysOf = (
  credentials:
    | { AccessKeyId?: string | undefined; SecretAccessKey?: string | undefined; SessionToken?: string | undefined }
    | undefined,
): Keys => ({
  accessKeyId: credentials?.AccessKeyId ?? '',
  secretAccessKey: credentials?.SecretAccessKey ?? '',
  sessionToken: credentials?.SessionToken ?? '',
});
