import { setTimeout as sleep } from 'node:timers/promises';
import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { TenantAccess, TenantScope, TenantScopes } from '../../core/ports/tenant-scope.ts';
import { uuidv7Ids } from '../system.ts';
import { clientSettings } from './clients.ts';
import { createEbsSnapshots } from './ebs-snapshots.ts';
import { createEc2Images } from './ec2-images.ts';
import { createEc2Instances } from './ec2-instances.ts';
import { createEc2Snapshots } from './ec2-snapshots.ts';
import { createEc2Volumes } from './ec2-volumes.ts';
import { createSsmGuest } from './ssm-guest.ts';
import { callTenant } from './tenant-calls.ts';
import type { TenantReach } from './tenant-reach.ts';
import { tenantSessionPolicy } from './tenant-session-policy.ts';
import { createTenantSessions, type TenantSessionsOptions } from './tenant-sessions.ts';

export type TenantScopesOptions = TenantSessionsOptions;

/** A scope lives as long as its session, an hour: one for a step, not to be kept. */
export const createTenantScopes = (options: TenantScopesOptions): TenantScopes => {
  const sessions = createTenantSessions(options);
  return {
    async open(tenant, jobId, access) {
      const policy = tenantSessionPolicy({
        ...access,
        accountId: tenant.accountId,
        regions: [...new Set([tenant.region, access.region ?? tenant.region])],
        jobId,
      });
      const closing = access.to === 'clean-up' || access.closing ? 'closing' : undefined;
      return scopeOf(tenant, jobId, access, await sessions.open(tenant, jobId, policy, closing), options.requestMs);
    },
  };
};

const scopeOf = (
  tenant: TenantHypervisor,
  jobId: string,
  { region = tenant.region }: TenantAccess,
  credentials: SessionCredentials,
  requestMs?: number,
): TenantScope => {
  const settings = clientSettings('tenant', region, credentials, requestMs);
  const reach: TenantReach = {
    ec2: new EC2Client(settings),
    ebs: new EBSClient(settings),
    ssm: new SSMClient(settings),
    ids: uuidv7Ids,
    jobId,
    wait: (ms) => sleep(ms),
    call: (action, run) => callTenant(tenant, action, run),
  };
  return {
    tenantId: tenant.hypervisorId,
    instances: createEc2Instances(reach),
    volumes: createEc2Volumes(reach),
    snapshots: { ...createEc2Snapshots(reach), ...createEbsSnapshots(reach) },
    images: createEc2Images(reach),
    guest: createSsmGuest(reach),
  };
};
