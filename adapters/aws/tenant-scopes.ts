import { setTimeout as sleep } from 'node:timers/promises';
import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { TenantScope, TenantScopes } from '../../core/ports/tenant-scope.ts';
import { uuidv7Ids } from '../system.ts';
import { clientSettings } from './clients.ts';
import { createEbsSnapshots } from './ebs-snapshots.ts';
import { createEc2Images } from './ec2-images.ts';
import { createEc2Instances } from './ec2-instances.ts';
import { createEc2Snapshots } from './ec2-snapshots.ts';
import { createEc2Volumes } from './ec2-volumes.ts';
import { callTenant } from './tenant-calls.ts';
import type { TenantReach } from './tenant-reach.ts';
import { tenantSessionPolicy } from './tenant-session-policy.ts';
import { createTenantSessions, type TenantSessionsOptions } from './tenant-sessions.ts';

export type TenantScopesOptions = TenantSessionsOptions;

/** A scope lives as long as its session, an hour: one for a step, not to be kept. */
export const createTenantScopes = (options: TenantScopesOptions): TenantScopes => {
  const sessions = createTenantSessions(options);
  return {
    open: async (tenant, jobId) =>
      scopeOf(tenant, await sessions.open(tenant, jobId, tenantSessionPolicy(tenant.region)), options.requestMs),
  };
};

const scopeOf = (tenant: TenantHypervisor, credentials: SessionCredentials, requestMs?: number): TenantScope => {
  const settings = clientSettings('tenant', tenant.region, credentials, requestMs);
  const reach: TenantReach = {
    ec2: new EC2Client(settings),
    ebs: new EBSClient(settings),
    ids: uuidv7Ids,
    wait: (ms) => sleep(ms),
    call: (action, run) => callTenant(tenant, action, run),
  };
  return {
    tenantId: tenant.hypervisorId,
    instances: createEc2Instances(reach),
    volumes: createEc2Volumes(reach),
    snapshots: { ...createEc2Snapshots(reach), ...createEbsSnapshots(reach) },
    images: createEc2Images(reach),
  };
};
