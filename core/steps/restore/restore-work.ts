import type { RestorePath, RestorePlace, RestoreRef } from '../../contracts/restore-steps.ts';
import { derivedId } from '../../domain/derived-id.ts';
import { type Effect, TAG } from '../../domain/effect.ts';
import { NotFound, TransientFailure } from '../../domain/errors.ts';
import type { InstancePhase, RestoreRequest } from '../../domain/job.ts';
import type { RecoveryPoint, RecoveryPointVolume } from '../../domain/recovery-point.ts';
import { restorePath, volumesOf } from '../../domain/restore-decision.ts';
import { placeOf } from '../../domain/restore-place.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { Tags } from '../../ports/tags.ts';
import type { TenantAccess, TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import { effectsLeft } from '../jobs/keep-effects.ts';
import { enterPhase } from '../phase.ts';
import { openTenant } from '../tenant-of-job.ts';
import { restoredPoint } from './restored-point.ts';

export interface RestoreDeps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

/** A restore under way, as each of its steps meets it. */
export interface RestoreWork {
  readonly request: RestoreRequest;
  readonly point: RecoveryPoint;
  readonly place: RestorePlace;
  readonly path: RestorePath;
  /** Those to be restored, in the point's order. */
  readonly volumes: readonly RecoveryPointVolume[];
  readonly scope: TenantScope;
  /** The intent, recorded before anything is made; the record that is there, if the step runs again. */
  intend(
    kind: Effect['kind'],
    name: string,
    more?: Partial<Pick<Effect, 'before' | 'state' | 'resourceIds'>>,
  ): Promise<Effect>;
  made(effect: Effect, resourceIds: readonly string[]): Promise<void>;
  tagsOf(effect: Effect): Tags;
  /** What an earlier step made under a name. Errors: TransientFailure (nothing: a step is out of turn). */
  resource(name: string): Promise<string>;
  /** What the last attempt that was suspended has left under a name, if it has. */
  leftBefore(name: string): Promise<Effect | undefined>;
  letGo(effect: Effect): Promise<void>;
  /** The effects of the attempt as they were when the step began. */
  readonly effects: readonly Effect[];
}

/** Names of the effects; a name and the attempt make its id. */
export const EFFECT = {
  image: 'image',
  launch: 'instance',
  snapshot: (volumeId: string): string => `snapshot ${volumeId}`,
  volume: (volumeId: string): string => `volume ${volumeId}`,
  replace: 'replaced volumes',
  attach: 'attached volumes',
} as const;

/** Of the tenant's own instances, a session may change the one that the restore is asked to change, and no other. */
const accessOf = (path: RestorePath, { target }: RestoreRequest, instanceId: string): TenantAccess => {
  if (path === 'in-place') return { to: 'replace', instanceId };
  return target.kind === 'attach' ? { to: 'replace', instanceId: target.instanceId } : { to: 'restore' };
};

/**
 * Notes the phase (and stops if the job was cancelled), then opens what a step works with.
 * Errors: JobCancelled, NotFound, TenantNotBound, RecoveryPointUnavailable, TenantAccessLost.
 */
export const openRestoreWork = async (
  { catalog, scopes, clock, sha256 }: RestoreDeps,
  input: RestoreRef,
  phase?: InstancePhase,
): Promise<RestoreWork> => {
  const { jobId, attempt, tenantId, instanceId, recoveryPointId } = input;
  if (phase !== undefined) await enterPhase(catalog, clock, input, phase);
  const { job, tenant } = await openTenant(catalog, tenantId, jobId);
  const { request } = job;
  if (request.type !== 'restore') throw new NotFound(`${jobId} is not a restore`);
  const point = await restoredPoint(catalog, tenantId, recoveryPointId);
  const path = restorePath(request.target, point);
  const effectIdOf = (name: string, of = attempt): string => derivedId(sha256, 'op', jobId, of, name);
  const effects = await catalog.effects.ofAttempt(jobId, attempt);
  return {
    request,
    point,
    place: placeOf(point),
    path,
    volumes: volumesOf(point, request.target),
    scope: await scopes.open(tenant, jobId, accessOf(path, request, instanceId)),
    effects,
    intend: (kind, name, more = {}) =>
      catalog.effects.intend({
        effectId: effectIdOf(name),
        jobId,
        attempt,
        tenantId,
        kind,
        state: 'intended',
        resourceIds: [],
        ...more,
      }),
    async leftBefore(name) {
      const left = attempt === 1 ? [] : await effectsLeft(catalog, job, attempt);
      return left.find((effect) => effect.effectId === effectIdOf(name, effect.attempt));
    },
    letGo: (effect) => catalog.effects.update(effect, { state: 'kept' }),
    made: (effect, resourceIds) => catalog.effects.update(effect, { state: 'made', resourceIds }),
    tagsOf: ({ effectId }) => ({
      [TAG.job]: jobId,
      [TAG.attempt]: String(attempt),
      [TAG.operation]: effectId,
      [TAG.restore]: recoveryPointId,
    }),
    async resource(name) {
      const found = effects.find(({ effectId }) => effectId === effectIdOf(name))?.resourceIds[0];
      if (found === undefined) throw new TransientFailure(`nothing is recorded of ${name} yet`);
      return found;
    },
  };
};
