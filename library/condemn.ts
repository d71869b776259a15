import { publishCondemned, readIfWhole } from './condemned.ts';
import { disposing } from './disposing.ts';
import type { Library } from './library.ts';
import type { MaintenanceOptions } from './maintenance.ts';
import type { MaintenanceLease } from './maintenance-lease.ts';
import { type PruneBasis, type PruneInput, type PrunePlan, preparePrune } from './prune-plan.ts';
import { type Rewritten, rewritePacks } from './rewrite-packs.ts';
import type { Survey } from './survey.ts';

export interface Condemnation {
  readonly plan: PrunePlan;
  readonly rewritten: Rewritten;
  /** Undefined where there is nothing to delete, so that nothing was published. */
  readonly generation: number | undefined;
  /** Milliseconds since 1970. */
  readonly deleteNotBefore: number;
}

/** The control plane's part: notes by its own clock that a generation has been published. Done again after a crash. */
export type NoteCondemned = (generation: number) => Promise<void>;

export interface CondemnOptions extends MaintenanceOptions {
  readonly noteCondemned: NoteCondemned;
  /** Between publishing and deleting, in milliseconds: longer than any attempt, backup or restore, may last. */
  readonly safetyMs: number;
  /** Of new packs; 16 MiB. */
  readonly packBytes?: number;
}

/**
 * What stays condemned: dropped packs as long as they are there; and those that the generation in force was the first to
 * condemn, though they are deleted, for one more. A writer that was asleep since before may yet write an index that
 * names them; nobody must build on it.
 */
const stillCondemned = async (library: Library, { condemned, packs: census }: Survey): Promise<string[]> => {
  const before = condemned.generation > 1 ? await readIfWhole(library, condemned.generation - 1) : undefined;
  const old = new Set(before?.packs);
  return condemned.packs.filter((id) => {
    const pack = census.find(Buffer.from(id, 'hex'));
    return pack >= 0 && census.present[pack] ? census.isDropped(pack) : !old.has(id);
  });
};

/** Whether something is condemned that is needed after all: only a new generation gives it back to writers. */
const isAnyNeeded = ({ listed, survey, marks }: PruneBasis): boolean => {
  const { packs, pages, points } = survey.condemned;
  const isNeeded = (id: string): boolean => {
    const pack = survey.packs.find(Buffer.from(id, 'hex'));
    return marks.bytesOf(pack) > 0 && !survey.packs.isDropped(pack);
  };
  return (
    packs.some(isNeeded) ||
    pages.some((id) => marks.pages.has(id)) ||
    points.some((id) => listed.points.has(id) || listed.maps.has(id))
  );
};

const copyLiving = async (
  library: Library,
  { plan, marks }: PruneBasis,
  options: CondemnOptions,
): Promise<{ readonly rewritten: Rewritten; readonly emptied: string[] }> => {
  const damaged = new Set<string>();
  const { rewrite } = plan.packs;
  const rewritten = await rewritePacks(
    library,
    rewrite.map(({ id, bytes }) => ({ id, size: bytes })),
    {
      ...options,
      isWanted: (id, pack) => marks.isLiveIn(pack, id),
      // it stays as it is: its other blocks are needed
      onDamage: (pack) => damaged.add(pack),
    },
  );
  return { rewritten, emptied: rewrite.map(({ id }) => id).filter((id) => !damaged.has(id)) };
};

const withoutDuplicates = (ids: readonly string[]): string[] => [...new Set(ids)];

/**
 * The first phase: copies what lives out of packs that mostly do not, and publishes what is to be deleted. Writers treat
 * it as absent from then on; nothing is deleted yet.
 */
export const condemn = async (
  library: Library,
  input: PruneInput,
  lease: MaintenanceLease,
  options: CondemnOptions,
): Promise<Condemnation> => {
  const basis = await preparePrune(library, input, options);
  const { plan } = basis;
  return disposing(basis.survey, async (survey) => {
    await lease.check();
    const { rewritten, emptied } = await copyLiving(library, basis, options);
    const points = [...plan.expired, ...plan.unfinished];
    const dying = [...plan.packs.delete, ...emptied];
    const nothing = dying.length + plan.pages.length + points.length === 0;
    if (nothing && plan.packs.gone.length === 0 && !isAnyNeeded(basis))
      return { plan, rewritten, generation: undefined, deleteNotBefore: 0 };
    const packs = withoutDuplicates([...dying, ...plan.packs.gone, ...(await stillCondemned(library, survey))]);
    const generation = survey.condemned.generation + 1;
    await lease.check();
    const publishedAt = library.now();
    const deleteNotBefore = publishedAt + (nothing ? 0 : options.safetyMs);
    await publishCondemned(library, { generation, publishedAt, deleteNotBefore, packs, pages: plan.pages, points });
    await options.noteCondemned(generation);
    return { plan, rewritten, generation, deleteNotBefore };
  });
};
