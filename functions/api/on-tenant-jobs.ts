import type { OnTenantRoutes } from '../../core/contracts/api.ts';
import { createCancelJob } from '../../core/steps/api/cancel-job.ts';
import { createGetJob } from '../../core/steps/api/get-job.ts';
import { createListJobs } from '../../core/steps/api/list-jobs.ts';
import { createPreviewRestore } from '../../core/steps/api/preview-restore.ts';
import { createStartBackup } from '../../core/steps/api/start-backup.ts';
import { createStartBackupCopy } from '../../core/steps/api/start-backup-copy.ts';
import { createStartRestore } from '../../core/steps/api/start-restore.ts';
import { createStartSnapshot } from '../../core/steps/api/start-snapshot.ts';
import { createResumeJob } from '../../core/steps/jobs/resume-job.ts';
import { createRetryJob } from '../../core/steps/jobs/retry-job.ts';
import { createSuspendJob } from '../../core/steps/jobs/suspend-job.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { askedOf, type OnTenant, type OnTenantDeps, pageOf } from './on-tenant-context.ts';

/** Starting, watching and ending jobs. */
export const jobEndpoints = (routes: OnTenantRoutes, deps: OnTenantDeps): readonly Endpoint<OnTenant>[] => {
  const startBackup = createStartBackup(deps);
  const startSnapshot = createStartSnapshot(deps);
  const startBackupCopy = createStartBackupCopy(deps);
  const startRestore = createStartRestore(deps);
  const previewRestore = createPreviewRestore(deps);
  const listJobs = createListJobs(deps);
  const getJob = createGetJob(deps);
  const cancelJob = createCancelJob(deps);
  const suspendJob = createSuspendJob(deps);
  const resumeJob = createResumeJob(deps);
  const retryJob = createRetryJob(deps);
  return [
    endpoint(routes.startBackup, (on: OnTenant, request) => startBackup(on.tenant, askedOf(on, request), request.body)),
    endpoint(routes.startSnapshot, (on: OnTenant, request) =>
      startSnapshot(on.tenant, askedOf(on, request), request.body),
    ),
    endpoint(routes.startBackupCopy, (on: OnTenant, request) =>
      startBackupCopy(on.tenant, askedOf(on, request), request.body),
    ),
    endpoint(routes.startRestore, (on: OnTenant, request) =>
      startRestore(on.tenant, askedOf(on, request), request.body),
    ),
    endpoint(routes.previewRestore, ({ tenant, audience }: OnTenant, { body }) =>
      previewRestore(tenant, audience, body),
    ),
    endpoint(routes.listJobs, ({ tenant, audience }: OnTenant, { query }) =>
      listJobs(tenant, audience, query, pageOf(query)),
    ),
    endpoint(routes.getJob, ({ tenant, audience }: OnTenant, { params }) => getJob(tenant, audience, params.jobId)),
    endpoint(routes.cancelJob, ({ tenant, audience }: OnTenant, { params, idempotencyKey }) =>
      cancelJob(tenant, audience, params.jobId, idempotencyKey),
    ),
    endpoint(routes.suspendJob, ({ tenant, audience }: OnTenant, { params, idempotencyKey }) =>
      suspendJob(tenant, audience, params.jobId, idempotencyKey),
    ),
    endpoint(routes.resumeJob, ({ tenant, audience }: OnTenant, { params, idempotencyKey }) =>
      resumeJob(tenant, audience, params.jobId, idempotencyKey),
    ),
    endpoint(routes.retryJob, ({ tenant, audience }: OnTenant, { params, idempotencyKey }) =>
      retryJob(tenant, audience, params.jobId, idempotencyKey),
    ),
  ];
};
