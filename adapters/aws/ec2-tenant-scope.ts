import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { Ids } from '../../core/ports/clock.ts';
import type { TenantScope, TenantScopes } from '../../core/ports/tenant-scope.ts';
import { clientSettings } from './clients.ts';
import { createEbsSnapshots } from './ebs-snapshots.ts';
import { createEc2Images } from './ec2-images.ts';
import { createEc2Instances } from './ec2-instances.ts';
import { createEc2Snapshots } from './ec2-snapshots.ts';
import { createEc2Volumes } from './ec2-volumes.ts';
import { callTenant } from './tenant-calls.ts';
import { tenantSessionPolicy } from './tenant-session-policy.ts';
import type { TenantSessions } from './tenant-sessions.ts';

/** What the parts of a scope share: clients with one tenant's session, and how their errors are named. */
export interface TenantReach {
  readonly ec2: EC2Client;
  readonly ebs: EBSClient;
  readonly ids: Ids;
  /** Errors: TenantAccessLost, TransientFailure; others as the SDK threw them. */
  call<T>(action: string, run: () => Promise<T>): Promise<T>;
}

/** A scope lives as long as its session, an hour: one for a step, not to be kept. */
export const createTenantScopes = ({ sessions, ids }: { sessions: TenantSessions; ids: Ids }): TenantScopes => ({
  open: async (tenant, jobId) =>
    scopeOf(tenant, await sessions.open(tenant, jobId, tenantSessionPolicy(tenant.region)), ids),
});

const scopeOf = (tenant: TenantHypervisor, credentials: SessionCredentials, ids: Ids): TenantScope => {
  const settings = clientSettings('tenant', tenant.region, credentials);
  const reach: TenantReach = {
    ec2: new EC2Client(settings),
    ebs: new EBSClient(settings),
    ids,
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
