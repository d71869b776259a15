import { NotFound, TransientFailure } from '../../domain/errors.ts';
import type { Finding } from '../../domain/finding.ts';
import { isOpen, isTerminal } from '../../domain/job.ts';
import { endOf } from '../../domain/leftover.ts';
import { isOpenRun } from '../../domain/library-run.ts';
import { attemptName } from '../../domain/protected-instance.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantScope } from '../../ports/tenant-scope.ts';
import { settleCommitted } from '../backup/settle-committed.ts';
import { endIfOver } from '../library/begin-library-run.ts';
import { readKeptSnapshots } from './ledger.ts';
import type { Place } from './place.ts';
import type { ReaperDeps } from './reaper-deps.ts';
import { undoServiceIntent } from './undo-service-intent.ts';

const HOUR = 3_600_000;

/** How old the list of the recovery points' snapshots may be: each job is looked at after it. */
const LIST_MS = 5_000;

/** `begun`: a cleanup was started, and what was found is there until a look does not find it. `left`: somebody else is at it. */
export type Outcome = 'gone' | 'begun' | 'left';
export type Remove = (finding: Finding) => Promise<Outcome>;

/**
 * Removes, closes or has cleaned up what was found at one place. Every way of it is fine with what is gone already, and
 * looks once more at the job: one that was retried since has taken its things back, even if it has ended anew. Errors: any; the next sweep tries again.
 */
export const createRemove = (deps: ReaperDeps, place: Place): Remove => {
  const scopeFor = scopesOf(deps, place);
  const { catalog, clock, schedules, uploads, settings } = deps;

  /** It has the end that was judged, not one of a later attempt. */
  const ended = async ({ tenantId, jobId, dueAt }: Finding): Promise<void> => {
    const job = tenantId && jobId ? await catalog.jobs.get(tenantId, jobId) : undefined;
    if (!job || !isTerminal(job.state)) throw new TransientFailure(`${jobId} is ${job?.state ?? 'unknown'} by now`);
    if (endOf(job) + settings.graceMs !== dueAt) throw new TransientFailure(`${jobId} was retried, and has ended anew`);
  };

  let listed: { readonly at: number; readonly kept: Promise<ReadonlySet<string>> } | undefined;
  const inNoPoint = async ({ tenantId = '', subject }: Finding): Promise<void> => {
    if (!listed || clock.now() - listed.at > LIST_MS)
      listed = { at: clock.now(), kept: readKeptSnapshots(catalog, tenantId) };
    if ((await listed.kept).has(subject)) throw new TransientFailure('a recovery point has it by now');
  };

  const remove = async (finding: Finding): Promise<unknown> => {
    const { kind, subject, tenantId = '', jobId = '', attempt = 0 } = finding;
    switch (kind) {
      case 'instance':
        await ended(finding);
        return (await scopeFor(finding)).instances.terminate(subject);
      case 'volume':
        await ended(finding);
        return (await scopeFor(finding)).volumes.delete(subject);
      case 'replaced-volume':
        await ended(finding);
        await (await scopeFor(finding)).volumes.delete(subject);
        return noteReplacedRemoved(catalog, finding);
      case 'image':
        await ended(finding);
        return (await scopeFor(finding)).images.deregister(subject);
      case 'snapshot':
        await inNoPoint(finding);
        // After the points: one that is committed later is of a job that was opened again.
        await ended(finding);
        return (await scopeFor(finding)).snapshots.delete(subject);
      case 'lease':
        return catalog.instances.unlock(tenantId, subject, attemptName(jobId, attempt));
      case 'pending-point':
        await ended(finding);
        return closePoint(deps, tenantId, subject);
      case 'open-order':
        await ended(finding);
        return catalog.orders.close(subject);
      case 'stuck-job':
        return (await isStuck(deps, finding)) ? cleanUpAgain(deps, finding) : 'left';
      case 'unfinished-cleanup':
        await ended(finding);
        return cleanUpAgain(deps, finding);
      case 'library-run': {
        const run = await catalog.libraryRuns.get(tenantId, subject);
        return !run || !isOpenRun(run) || (await endIfOver(deps, run)) ? 'gone' : 'left';
      }
      case 'schedule':
        return schedules.remove(subject);
      case 'upload': {
        const cut = subject.indexOf(' ');
        const [uploadId, key] = [subject.slice(0, cut), subject.slice(cut + 1)];
        return uploads.abort({ bucket: finding.of ?? '', key, uploadId, begunAt: clock.now() });
      }
      case 'unfinished-hypervisor': {
        const intent = (await catalog.serviceIntents.open()).find(({ hypervisorId }) => hypervisorId === subject);
        // one that was begun anew since is young
        if (intent && intent.at + settings.graceMs > clock.now()) return 'left';
        return intent && (await undoServiceIntent(deps, intent)) === 'left to others' ? 'left' : 'gone';
      }
      case 'half-removed-hypervisor':
      case 'unlisted':
      case 'account':
      case 'place':
        throw new NotFound(`${kind} findings are looked at, not removed`);
    }
  };
  return async (finding) => {
    const outcome = await remove(finding);
    return outcome === 'begun' || outcome === 'left' ? outcome : 'gone';
  };
};

/** It may have been started, or have begun another attempt, since it was looked at. */
const isStuck = async (
  { catalog, executions }: ReaperDeps,
  { tenantId = '', jobId = '', attempt }: Finding,
): Promise<boolean> => {
  const job = await catalog.jobs.get(tenantId, jobId);
  if (!job || !isOpen(job.state) || job.attempt !== attempt) return false;
  return (await executions.status(job.type, attemptName(jobId, attempt))) !== 'RUNNING';
};

/** One session a job, and an instance where it is about one of the tenant's own; each lives for the sweep of one place. */
const scopesOf = ({ scopes }: ReaperDeps, place: Place) => {
  const opened = new Map<string, Promise<TenantScope>>();
  return ({ kind, jobId = '', of: instanceId }: Finding): Promise<TenantScope> => {
    if (place.kind !== 'account') throw new TypeError('only accounts are reached by scopes');
    const { tenant, region } = place;
    const key = `${jobId} ${instanceId ?? ''}`;
    const there = opened.get(key);
    if (there) return there;
    // A volume that was replaced is deleted by its mark, as the restore itself would have.
    const access =
      kind === 'replaced-volume' && instanceId !== undefined
        ? ({ to: 'replace', instanceId, region, closing: true } as const)
        : ({ to: 'clean-up', region } as const);
    const scope = scopes.open(tenant, jobId, access);
    opened.set(key, scope);
    scope.catch(() => opened.delete(key));
    return scope;
  };
};

/** The restore's result says of each volume that it replaced whether it is there still. */
const noteReplacedRemoved = async (
  { jobs }: Pick<Catalog, 'jobs'>,
  { jobId = '', of: instanceId = '', subject }: Finding,
): Promise<void> => {
  const result = (await jobs.instance(jobId, instanceId))?.result;
  if (!result?.replacedVolumes) return;
  const replacedVolumes = result.replacedVolumes.map((volume) =>
    volume.volumeId === subject ? { ...volume, kept: false } : volume,
  );
  await jobs.updateInstance(jobId, instanceId, { result: { ...result, replacedVolumes } });
};

/** A crash may have come between the commit and the note of it: the instance's record decides, not the point's. */
const closePoint = async ({ catalog, clock }: ReaperDeps, tenantId: string, pointId: string): Promise<void> => {
  const point = await catalog.points.get(tenantId, pointId);
  if (point?.state !== 'pending') return;
  const instance = await catalog.instances.get(tenantId, point.instanceId);
  if (instance?.committed === pointId) await settleCommitted(catalog, clock, point);
  else await catalog.points.update(tenantId, pointId, { state: 'abandoned' });
};

/** Under its own name if it never ran; else once an hour, under another: an execution's name is used once. */
const cleanUpAgain = async (
  { executions, clock }: ReaperDeps,
  { tenantId = '', jobId = '', attempt = 0 }: Finding,
): Promise<'begun'> => {
  const name = `${attemptName(jobId, attempt)}-cleanup`;
  const input = { jobId, attempt, tenantId };
  if ((await executions.start('cleanup', name, input)).outcome === 'started') return 'begun';
  await executions.start('cleanup', `${name}-${Math.floor(clock.now() / HOUR)}`, input);
  return 'begun';
};
