/** Samples of what the API answers about what operators look after: libraries, quarantine, reaper, audit log. */
import { sha256 } from '../../adapters/system.ts';
import type { LibraryRunView } from '../../core/contracts/library-runs.ts';
import type { QuarantineView } from '../../core/contracts/quarantine.ts';
import { nextEntry } from '../../core/domain/audit-chain.ts';
import { AT, INSTANCE, JOB, NODE, ORDER, RUN, SERVICE, TENANT } from './sample-ids.ts';

export const quarantined: QuarantineView = {
  kind: 'order',
  id: ORDER,
  at: AT,
  tenantId: TENANT,
  serviceId: SERVICE,
  jobId: JOB,
  attempt: 1,
  instanceId: INSTANCE,
  work: 'read-segment',
  snapshotIds: ['snap-0123456789abcdef0'],
  deaths: [{ nodeId: NODE, claim: 1, lastHeardAt: AT }],
  documentKey: `${JOB}/1/orders/${ORDER}.json`,
  error: { name: 'OrderQuarantined', message: `1 access nodes were lost while they worked on it: ${NODE}` },
};

export const auditEntry = nextEntry(
  sha256,
  undefined,
  {
    who: { kind: 'operator', principal: 'arn:aws:iam::999999999999:user/ops', accountId: '999999999999' },
    what: { operation: 'DELETE /operator/hypervisors/{hypervisorId}', subjects: [SERVICE] },
    from: { sourceIp: '192.0.2.10', userAgent: 'holdfast' },
    allowed: false,
    outcome: 'Conflict',
    requestId: '6f1c2a50-0000-4000-8000-000000000001',
  },
  Date.parse(AT),
);

export const libraryRunView: LibraryRunView = {
  runId: RUN,
  tenantId: TENANT,
  serviceId: SERVICE,
  task: 'check',
  depth: 'everything',
  planOnly: false,
  state: 'completed',
  trigger: 'api',
  requestedBy: 'arn:aws:iam::999999999999:user/ops',
  createdAt: AT,
  startedAt: AT,
  endedAt: '2026-01-01T00:01:02.000Z',
  reportKey: `work/${RUN}/1/results/ord-1.json.report.json`,
  outcome: {
    task: 'check',
    depth: 'everything',
    findingsInAll: 0,
    findings: [],
    lostInAll: 0,
    lost: [],
    recoveryPoints: 2,
    volumes: 2,
    pages: 2,
    packs: 3,
    blocks: 40,
    packsRead: 3,
    bytesRead: 20_971_520,
  },
};

export const reaperPlan = {
  token: '9'.repeat(64),
  due: 1,
  findings: [
    {
      ...{ place: `account ${TENANT} eu-central-1`, tenantId: TENANT, region: 'eu-central-1', jobId: JOB },
      ...{ kind: 'volume', subject: 'vol-0123456789abcdef0', action: 'remove', dueAt: '2026-01-02T03:04:05.000Z' },
      ...{ reason: 'its job has ended (failed), and nothing needs it', attempts: 2, error: 'it is in use' },
      ...{ firstSeenAt: '2026-01-02T03:04:05.000Z', nextTryAt: '2026-01-02T05:04:05.000Z' },
    },
    {
      ...{ place: `account ${TENANT} eu-central-1`, tenantId: TENANT, region: 'eu-central-1' },
      ...{ kind: 'snapshot', subject: 'snap-0123456789abcdef0', action: 'show' },
      reason: 'its tags name a job that is not known here',
    },
  ],
  notLookedAt: [{ place: 'account hv-other eu-central-1', tenantId: TENANT, reason: 'the role is gone' }],
};
