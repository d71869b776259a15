import { setTimeout as sleep } from 'node:timers/promises';
import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { SessionCredentials } from '../../core/contracts/orders.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { TenantAccess, TenantScope, TenantScopes } from '../../core/ports/tenant-scope.ts';
import type { Throttles } from '../../core/ports/throttles.ts';
import { uuidv7Ids } from '../system.ts';
import { clientSettings } from './clients.ts';
import { createEbsSnapshots } from './ebs-snapshots.ts';
import { createEc2Images } from './ec2-images.ts';
import { createEc2Instances } from './ec2-instances.ts';
import { everythingOfOurs } from './ec2-ours.ts';
import { createEc2Places } from './ec2-places.ts';
import { createEc2Snapshots } from './ec2-snapshots.ts';
import { createEc2Volumes } from './ec2-volumes.ts';
import { createGovernedCalls } from './governed-calls.ts';
import { createSsmGuest } from './ssm-guest.ts';
import { callTenant } from './tenant-calls.ts';
import type { TenantReach } from './tenant-reach.ts';
import { tenantSessionPolicy } from './tenant-session-policy.ts';
import { createTenantSessions, type TenantSessionsOptions } from './tenant-sessions.ts';

export type TenantScopesOptions = TenantSessionsOptions & {
  /** Where it is told what AWS has throttled, calls wait for their turn: where somebody waits for an answer, not, or not for long. */
  readonly throttles?: Throttles;
  /** How long each scope waits for that, for itself. Absent: all together, as long as the step has patience. */
  readonly patienceMs?: number;
};

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
      return scopeOf(tenant, jobId, access, await sessions.open(tenant, jobId, policy, closing), options);
    },
  };
};

const scopeOf = (
  tenant: TenantHypervisor,
  jobId: string,
  { region = tenant.region }: TenantAccess,
  credentials: SessionCredentials,
  { requestMs, throttles, patienceMs }: TenantScopesOptions,
): TenantScope => {
  const settings = clientSettings('tenant', region, credentials, requestMs);
  const governed = throttles
    ? createGovernedCalls({
        throttles,
        hypervisorId: tenant.hypervisorId,
        region,
        now: Date.now,
        random: Math.random,
        wait: (ms) => sleep(ms),
        patienceMs,
      })
    : <T>(_action: string, run: () => Promise<T>): Promise<T> => run();
  const reach: TenantReach = {
    ec2: new EC2Client(settings),
    ebs: new EBSClient(settings),
    ssm: new SSMClient(settings),
    ids: uuidv7Ids,
    jobId,
    wait: (ms) => sleep(ms),
    call: (action, run) => callTenant(tenant, action, () => governed(action, run)),
  };
  return {
    tenantId: tenant.hypervisorId,
    instances: createEc2Instances(reach),
    volumes: createEc2Volumes(reach),
    snapshots: { ...createEc2Snapshots(reach), ...createEbsSnapshots(reach) },
    images: createEc2Images(reach),
    places: createEc2Places(reach),
    guest: createSsmGuest(reach),
    ours: () => everythingOfOurs(reach),
  };
};
