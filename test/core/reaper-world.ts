/** Two tenants, their records in memory, and what carries our tags in their accounts. */
import { sha256 } from '../../adapters/system.ts';
import { type Effect, TAG } from '../../core/domain/effect.ts';
import { TenantAccessLost } from '../../core/domain/errors.ts';
import type { Job, JobInstance, RestoreRequest } from '../../core/domain/job.ts';
import type { Executions } from '../../core/ports/control.ts';
import type { MetricSample, Pulse, PulseName } from '../../core/ports/health.ts';
import type { OpenUpload } from '../../core/ports/sweeps.ts';
import type { Tags } from '../../core/ports/tags.ts';
import type { TaggedThing, TenantAccess, TenantScope, TenantScopes } from '../../core/ports/tenant-scope.ts';
import type { BeatingTickDeps } from '../../core/steps/health/beating-tick.ts';
import type { ReaperDeps } from '../../core/steps/reaper/reaper-deps.ts';
import { aJob, anEffect, anInstance, aTenant, freshId } from '../adapters/records.ts';
import { createInMemoryAudit } from '../api/in-memory-audit.ts';
import { createInMemoryCatalog } from '../api/in-memory-catalog.ts';

export const HOUR = 3_600_000;
export const GRACE = 4 * HOUR;
export const HOME = 'eu-central-1';
/** What jobs take snapshots of. */
export const VOLUME = 'vol-1';
/** What EC2 shows as the volume of a snapshot that was copied or written: arbitrary, and none that there is. */
export const OF_A_COPY = 'vol-ffffffffffffffff';
const PAGE = 1_000;

export interface Opened {
  readonly tenantId: string;
  readonly jobId: string;
  readonly access: TenantAccess;
}

export const reaperWorld = () => {
  const { catalog, records } = createInMemoryCatalog();
  let now = 100 * 24 * HOUR;
  const clock = { now: () => now };
  const auditing = createInMemoryAudit(clock);
  const [acme, globex] = [aTenant('hv-acme', '222222222222'), aTenant('hv-globex', '333333333333')];
  for (const tenant of [acme, globex]) records.hypervisors.set(tenant.hypervisorId, tenant);

  /** By `<tenant> <region>`. */
  const accounts = new Map<string, Map<string, TaggedThing>>();
  const things = (tenantId: string, region = HOME): Map<string, TaggedThing> => {
    const key = `${tenantId} ${region}`;
    const there = accounts.get(key) ?? new Map<string, TaggedThing>();
    accounts.set(key, there);
    return there;
  };
  const opened: Opened[] = [];
  let pages = 0;
  /** Ids that resist, and tenants whose account lets nobody in. */
  const resists = new Map<string, Error>();
  const closed = new Set<string>();

  const scopes: TenantScopes = {
    async open({ hypervisorId: tenantId, region: home }, jobId, access) {
      if (closed.has(tenantId)) throw new TenantAccessLost(`the role of ${tenantId} is gone`);
      opened.push({ tenantId, jobId, access });
      const here = things(tenantId, access.region ?? home);
      // As the session's policy: nothing that carries another job's tags.
      const remove = async (id: string): Promise<void> => {
        const trouble = resists.get(id);
        if (trouble) throw trouble;
        const tags: Tags = here.get(id)?.tags ?? {};
        const isOurs = access.to === 'clean-up' && tags[TAG.job] === jobId;
        const isReplaced = access.to === 'replace' && tags['holdfast:replaced-by'] === jobId;
        if (here.has(id) && !isOurs && !isReplaced) throw new TenantAccessLost(`${id} is not ours to remove`);
        if (here.get(id)?.attachedTo !== undefined) throw new Error(`${id} is attached`);
        here.delete(id);
      };
      return {
        tenantId,
        instances: { terminate: remove },
        volumes: { delete: remove },
        images: { deregister: remove },
        snapshots: { delete: remove },
        async *ours() {
          const all = [...here.values()];
          for (let at = 0; at < Math.max(1, all.length); at += PAGE) {
            pages++;
            yield { things: all.slice(at, at + PAGE) };
          }
        },
      } as unknown as TenantScope;
    },
  };

  const executionStates = new Map<string, string>();
  const started: string[] = [];
  const executions: Executions = {
    async start(_machine, name) {
      const outcome = executionStates.has(name) ? 'exists' : 'started';
      executionStates.set(name, 'SUCCEEDED');
      if (outcome === 'started') started.push(name);
      return { outcome, executionArn: name };
    },
    status: async (_machine, name) => executionStates.get(name),
    async state(_machine, name) {
      const status = executionStates.get(name);
      return status === undefined ? undefined : { status };
    },
    stop: async () => undefined,
    path: async () => undefined,
  };
  const schedules = new Map<string, number>();
  const uploads: OpenUpload[] = [];
  const gone: string[] = [];

  const deps: ReaperDeps = {
    catalog,
    scopes,
    executions,
    schedules: { put: async () => {}, remove: async (name) => void schedules.delete(name) },
    scheduleList: { names: async () => [...schedules].map(([name, createdAt]) => ({ name, createdAt })) },
    uploads: {
      list: async () => [...uploads],
      abort: async ({ uploadId }) =>
        void uploads.splice(
          uploads.findIndex((each) => each.uploadId === uploadId),
          1,
        ),
    },
    queues: { ensure: async () => '', find: async (name) => name, remove: async (url) => void gone.push(url) },
    secrets: { create: async () => '', replace: async () => {}, delete: async (name) => void gone.push(name) },
    serviceAccounts: {
      open: async () => {
        throw new Error('no group was made');
      },
    },
    nodeRoles: { ensureNodeRole: async () => '', remove: async (id) => void gone.push(`role ${id}`) },
    brokerNames: { ensure: async () => {}, remove: async (id) => void gone.push(`name ${id}`) },
    audit: auditing.audit,
    clock,
    sha256,
    settings: { stage: 'test', controlPlaneAccountId: '999999999999', graceMs: GRACE },
  };

  const pulses = new Map<PulseName, Pulse>();
  const metrics: MetricSample['metrics'][] = [];
  const beating: BeatingTickDeps = {
    pulses: { beat: async (name, pulse) => void pulses.set(name, pulse), last: async (name) => pulses.get(name) },
    meter: { emit: (sample) => void metrics.push(sample.metrics) },
    clock,
  };

  const job = (change: Partial<Job> = {}): Job => {
    const made: Job = {
      ...aJob(acme.hypervisorId),
      state: 'failed',
      createdAt: now - 10 * HOUR,
      endedAt: now - 5 * HOUR,
      ...change,
    };
    records.jobs.set(made.jobId, made);
    return made;
  };
  const restore = (target: RestoreRequest['target'], change: Partial<Job> = {}): Job =>
    job({
      type: 'restore',
      request: {
        ...{ type: 'restore', recoveryPointId: 'rp-1', target, volumeTags: 'leave-out', asked: { from: 'nearest' } },
        ...{ queueDeadlineSeconds: 60, purpose: 'restore', transport: 'ebs-direct', streams: 1 },
      } as RestoreRequest,
      ...change,
    });
  const child = (of: Job, change: Partial<JobInstance> = {}): void => {
    records.instances.push({ ...anInstance(of, 'i-0000000a'), ...change });
  };
  const effect = (of: Job, kind: Effect['kind'], change: Partial<Effect> = {}): Effect => {
    const volumeIds = kind === 'snapshots' ? { volumeIds: [VOLUME] } : {};
    const made: Effect = { ...anEffect(of), kind, state: 'made', ...volumeIds, ...change };
    records.effects.set(`${made.jobId} ${made.attempt} ${made.effectId}`, made);
    return made;
  };
  const tagsOf = ({ jobId, attempt, effectId }: Effect): Tags => ({
    [TAG.job]: jobId,
    [TAG.attempt]: String(attempt),
    [TAG.operation]: effectId,
  });
  const thing = (kind: TaggedThing['kind'], tags: Tags, change: Partial<TaggedThing> = {}, tenantId = 'hv-acme') => {
    const source = kind === 'snapshot' ? { sourceVolumeId: VOLUME } : {};
    const made: TaggedThing = { kind, id: freshId(kind), tags, createdAt: now - 9 * HOUR, ...source, ...change };
    things(tenantId).set(made.id, made);
    return made;
  };
  return {
    ...{ deps, catalog, records, acme, globex, things, job, restore, child, effect, tagsOf, thing },
    ...{ opened, resists, closed, executionStates, started, schedules, uploads, gone, auditing },
    ...{ beating, pulses, metrics },
    pages: () => pages,
    later: (ms: number) => {
      now += ms;
    },
    now: () => now,
    ids: (tenantId = 'hv-acme', region = HOME) => [...things(tenantId, region).keys()].sort(),
  };
};
export type ReaperWorld = ReturnType<typeof reaperWorld>;
