/** The deployment's roles, table, buckets and key, a service account beside it and a tenant, on a local cloud of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { templateText } from '../../core/domain/cloudformation.ts';
import { serviceAccessTemplate } from '../../core/domain/service-access-template.ts';
import { tenantTrust } from '../../core/domain/tenant-role-template.ts';
import { deployTemplate } from '../../dev/deployment/deploy-template.ts';
import { readServerless } from '../../dev/deployment/read-serverless.ts';
import { deployResources } from '../../dev/deployment/resources.ts';
import type { Physical, Stack } from '../../dev/deployment/stack.ts';
import { EXTERNAL_ID, HYPERVISOR, OTHER_SERVICE, PLACE, TENANT } from '../../dev/permissions/place.ts';
import { roleArn } from '../../dev/permissions/service-documents.ts';
import { nodePermissions } from '../../functions/wiring/node-permissions.ts';
import { tenantFeatures, tenantPolicies } from '../../infra/permissions/tenant-permissions.ts';
import { type Cloud, startCloud } from '../../local/cloud.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';

const PROJECT = join(import.meta.dirname, '../..');
const ec2Trust: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

export const deployAll = async (t: { after(run: () => Promise<void>): void }): Promise<Cloud> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'holdfast-permissions-'));
  const cloud = await startCloud({ dataDir });
  t.after(async () => {
    await cloud.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const { admin, kernel } = cloud;
  for (const accountId of [PLACE.accountId, OTHER_SERVICE, TENANT]) admin.createAccount(accountId, accountId);
  const stack: Stack = { cloud, place: PLACE, physical: kernel.store.table<Physical>('deployment') };
  await deployResources(stack, readServerless(join(PROJECT, 'serverless.yml'), PLACE));
  admin.putRole({
    accountId: PLACE.accountId,
    name: `holdfast-${PLACE.stage}-node-${HYPERVISOR.slice(-12)}`,
    trustPolicy: ec2Trust,
    policies: { node: nodePermissions(PLACE)(HYPERVISOR) as PolicyDocument },
  });
  const access = serviceAccessTemplate({
    stage: PLACE.stage,
    accountId: OTHER_SERVICE,
    region: PLACE.region,
    hubRoleArn: roleArn(`holdfast-${PLACE.stage}-hub`),
    brokerRoleArn: roleArn(`holdfast-${PLACE.stage}-broker`),
    operatorRoleArn: roleArn(`holdfast-${PLACE.stage}-operator-api`),
    externalId: EXTERNAL_ID,
    library: { bucket: `second-library-${OTHER_SERVICE}` },
  });
  await deployTemplate(cloud, { accountId: OTHER_SERVICE, region: PLACE.region }, 'access', templateText(access));
  // As a user of an access key has it: all features, and the sessions.
  const attached = tenantPolicies(tenantFeatures).map(({ part, document }) => {
    const policy = {
      accountId: TENANT,
      name: `holdfast-tenant-${part}`,
      document: document as unknown as PolicyDocument,
    };
    return admin.putManagedPolicy(policy).arn;
  });
  admin.putRole({
    accountId: TENANT,
    name: 'holdfast-tenant',
    trustPolicy: tenantTrust({ hubRoleArn: roleArn(`holdfast-${PLACE.stage}-hub`), externalId: EXTERNAL_ID }),
    attached,
  });
  return cloud;
};
