/** What becomes of a thing with our tags in a tenant's account: the ledger of jobs and their effects says whose it is. */
import type { TaggedThing } from '../ports/tenant-scope.ts';
import type { Effect } from './effect.ts';
import { isTerminal, type Job, type RestoreResult } from './job.ts';

export type Verdict =
  /** In use, or part of what was asked for. */
  | { readonly action: 'keep'; readonly reason: string }
  /** Of a job that has ended: due after its grace. */
  | { readonly action: 'remove' | 'wait'; readonly reason: string; readonly endedAt: number }
  /** Not ours, as far as we know; `inUse`: not any more, which is to be noted. */
  | { readonly action: 'show'; readonly reason: string; readonly inUse?: true };

export interface Known {
  readonly job: Job | undefined;
  /** Of the operation and attempt that the tags name. */
  readonly effect: Effect | undefined;
  /** Instances that the attempt has made or changed, and `undefined` where its record does not name one. */
  readonly instances: ReadonlySet<string | undefined>;
  readonly results: readonly RestoreResult[];
  /** That recovery points have, here and in other regions. */
  readonly keptSnapshots: ReadonlySet<string>;
  readonly region: string;
  /** The hypervisor's own. */
  readonly home: string;
}

/** What an operation makes; volumes also come with a launch. */
const MAKES: Readonly<Record<TaggedThing['kind'], readonly Effect['kind'][]>> = {
  snapshot: ['snapshots', 'pending-snapshot', 'region-copy'],
  image: ['image'],
  instance: ['instance'],
  volume: ['volume', 'instance'],
};

/** A step that was under way when its job ended makes nothing so much later: what is younger has its tags by copying. */
const LATE_MS = 3_600_000;
/** EC2's clock beside ours: what was made so long before its job is not its own. */
const SKEW_MS = 5 * 60_000;
/** No job lasts for longer from its beginning to its end (its machine's own limit is shorter), suspended ones aside. */
export const LONGEST_JOB_MS = 8 * 24 * 3_600_000;

export const endOf = (job: Job): number => job.endedAt ?? job.createdAt;

/**
 * Intents are recorded before anything is made: what has no record, or carries the tags of a record of another kind, of
 * another region, or is older than its job or far younger than the job's end, was tagged by somebody else (backup tools copy tags from volumes to
 * snapshots; consoles, from one instance to the next). It is never removed.
 */
export const judgeThing = (thing: TaggedThing, known: Known): Verdict => {
  const { job, effect } = known;
  if (!job) return { action: 'show', reason: 'its tags name a job that is not known here' };
  if (!isTerminal(job.state)) return { action: 'keep', reason: `its job is ${job.state}` };
  if (!effect) return { action: 'show', reason: 'its tags name no operation of its job: they may have been copied' };
  if (!MAKES[thing.kind].includes(effect.kind))
    return { action: 'show', reason: `its tags are of what a job made otherwise (${effect.kind}): they were copied` };
  if ((effect.region ?? known.home) !== known.region)
    return { action: 'show', reason: `its job made nothing in ${known.region}: it is a copy` };
  const kept = whyKept(thing, effect, known);
  if (kept) return { action: 'keep', reason: kept };
  if (thing.createdAt < job.createdAt - SKEW_MS)
    return { action: 'show', reason: 'it is older than its job: its tags were copied to it' };
  const stranger = strangerTo(thing, effect);
  if (stranger) return { action: 'show', reason: stranger };
  if (effect.inUse?.includes(thing.id))
    return { action: 'show', reason: 'it was in use after its job had ended: it is left to its owner' };
  const endedAt = endOf(job);
  if (thing.createdAt > endedAt + LATE_MS)
    return { action: 'show', reason: 'it was made, or started again, after its job had ended' };
  const { attachedTo, isLeaving } = thing;
  const isItsOwn = known.instances.has(attachedTo) || known.instances.has(undefined);
  if (attachedTo !== undefined && !isLeaving && !isItsOwn) return usedBy(attachedTo);
  if (attachedTo !== undefined)
    return { action: 'wait', reason: `it is attached to ${attachedTo}, and left alone while it is`, endedAt };
  return { action: 'remove', reason: `its job has ended (${job.state}), and nothing needs it`, endedAt };
};

/** The instances that an attempt made, or whose volumes it changed and has not put back. */
export const instancesOf = (effects: readonly Effect[]): ReadonlySet<string | undefined> =>
  new Set(
    effects.flatMap(({ kind, state, resourceIds, before }): readonly (string | undefined)[] => {
      if (kind === 'instance') return resourceIds.length > 0 ? resourceIds : [undefined];
      return before && (state === 'intended' || state === 'made') ? [before.instanceId] : [];
    }),
  );

const usedBy = (instanceId: string): Verdict => ({
  ...{ action: 'show', inUse: true },
  reason: `it is attached to ${instanceId}: it is in use, and left to its owner from now on`,
});

/** Made with a token or a name that EC2 knows again: once such an operation's record names what it made, it made nothing else. */
const MAKES_ONE: ReadonlySet<Effect['kind']> = new Set(['instance', 'volume', 'image', 'pending-snapshot']);

/**
 * Why a thing with the tags of an operation is none that it made; undefined: it may be. What its record names is its own. A
 * set of snapshots may be taken twice: of those, what is of a volume that the instance had. A copy's volume is arbitrary.
 */
export const strangerTo = (
  { kind, id, sourceVolumeId }: Pick<TaggedThing, 'kind' | 'id' | 'sourceVolumeId'>,
  effect: Pick<Effect, 'kind' | 'resourceIds' | 'volumeIds'>,
): string | undefined => {
  const { resourceIds, volumeIds = [] } = effect;
  if (resourceIds.includes(id)) return undefined;
  if (effect.kind === 'snapshots') {
    const isOfVolume = sourceVolumeId !== undefined && volumeIds.includes(sourceVolumeId);
    return isOfVolume ? undefined : 'it is of no volume that its job took snapshots of: it may be a copy';
  }
  // Volumes come with a launch, and its record does not name them.
  const mayBeMore = kind === 'volume' && effect.kind === 'instance';
  if (!MAKES_ONE.has(effect.kind) || mayBeMore || resourceIds.length === 0) return undefined;
  return `its tags are of what made ${resourceIds.join(', ')}, and nothing else: they were copied`;
};

const whyKept = ({ kind, id }: TaggedThing, effect: Effect, known: Known): string | undefined => {
  if (kind === 'snapshot') return known.keptSnapshots.has(id) ? 'a recovery point has it' : undefined;
  const isResult = known.results.some(
    ({ instanceId, volumes }) => instanceId === id || volumes.some(({ volumeId }) => volumeId === id),
  );
  // What a launch makes besides what was asked for (a platform's own volumes) stays with it.
  return isResult || effect.state === 'kept' ? 'it is what a restore was asked for' : undefined;
};

/** Of a volume of the tenant's own: `result` is that of the restore whose mark it carries, if that has one for it. */
export const judgeReplaced = (
  { id, attachedTo, isLeaving }: TaggedThing,
  job: Job | undefined,
  results: readonly RestoreResult[],
): Verdict => {
  if (!job) return { action: 'show', reason: 'its mark names a job that is not known here' };
  if (!isTerminal(job.state)) return { action: 'keep', reason: `its restore is ${job.state}` };
  const { request } = job;
  const replaced = results
    .flatMap(({ replacedVolumes = [] }) => replacedVolumes)
    .find(({ volumeId }) => volumeId === id);
  if (!replaced || request.type !== 'restore' || request.target.kind !== 'in-place')
    return {
      action: 'show',
      reason: `a restore took it off its instance and ended (${job.state}): it was not put back`,
    };
  if (request.target.replacedVolumes === 'keep')
    return { action: 'keep', reason: 'replaced, and kept as was asked for' };
  if (replaced.usedAgain)
    return { action: 'show', inUse: true, reason: 'it was in use after it had been replaced: it is left to its owner' };
  if (attachedTo !== undefined)
    return isLeaving ? { action: 'keep', reason: `it is leaving ${attachedTo}` } : usedBy(attachedTo);
  return { action: 'remove', reason: 'replaced, and to be removed as was asked for', endedAt: endOf(job) };
};
