import { setTimeout as sleep } from 'node:timers/promises';
import type { CallInput } from '../../cli/api-client.ts';
import { type TenantJobView, tenantRoutes } from '../../core/contracts/api.ts';
import type { TenantPerson } from './run.ts';

const ENDED: readonly string[] = ['completed', 'completed with errors', 'failed', 'cancelled'];
/** How often a person looks how a job is doing. */
const LOOK_MS = 10_000;

/** Looks at a job until it has ended (or, if that is asked for, is suspended). */
export const endOf = async (tenant: TenantPerson, jobId: string, orSuspended = false): Promise<TenantJobView> => {
  for (;;) {
    const job = await tenant.insist(tenantRoutes.getJob, { params: { jobId } });
    if (ENDED.includes(job.state) || (orSuspended && job.state === 'suspended')) return job;
    await sleep(LOOK_MS);
  }
};

/** Starts a job; answers its id. */
export const startBackup = async (
  tenant: TenantPerson,
  instanceIds: readonly string[],
  level: 'full' | 'incremental' = 'incremental',
): Promise<string> => {
  const body = { instanceIds: [...instanceIds], level };
  return (await tenant.insist(tenantRoutes.startBackup, { body })).jobId;
};

export const startSnapshot = async (tenant: TenantPerson, instanceIds: readonly string[]): Promise<string> =>
  (await tenant.insist(tenantRoutes.startSnapshot, { body: { instanceIds: [...instanceIds] } })).jobId;

export const startCopy = async (tenant: TenantPerson, instanceIds: readonly string[]): Promise<string> =>
  (await tenant.insist(tenantRoutes.startBackupCopy, { body: { instanceIds: [...instanceIds] } })).jobId;

export const startRestore = async (
  tenant: TenantPerson,
  recoveryPointId: string,
  target: NonNullable<CallInput<(typeof tenantRoutes)['startRestore']>['body']>['target'],
): Promise<string> => (await tenant.insist(tenantRoutes.startRestore, { body: { recoveryPointId, target } })).jobId;
