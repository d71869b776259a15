import { type Counters, noCounters } from '../../contracts/orders.ts';
import type { InstanceRef, TransferInput } from '../../contracts/steps.ts';
import type { JobInstance } from '../../domain/job.ts';
import type { Order } from '../../domain/order.ts';
import {
  addedTo,
  NOTHING_OF_VOLUME,
  ofVolume,
  type VolumeCounters,
  type VolumeProgress,
} from '../../domain/volume-progress.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { WorkArea } from '../../ports/control.ts';
import { readPlan } from './place-orders.ts';

const MOVERS: readonly Order['kind'][] = ['read-segment', 'write-segment'];

/** What the orders of an instance that are done have moved, exactly. Orders that only join count nothing. */
export const countersOf = (orders: readonly Order[]): Counters =>
  orders
    .filter(({ kind }) => MOVERS.includes(kind))
    .reduce<Counters>(
      (sum, { outcome }) =>
        Object.fromEntries(
          Object.entries(sum).map(([name, value]) => [name, value + (outcome?.counters[name as keyof Counters] ?? 0)]),
        ) as Counters,
      noCounters,
    );

/** The same by volume. Orders of before they named their volume count for none. */
const volumesOf = (orders: readonly Order[]): Readonly<Record<string, VolumeCounters>> => {
  const volumes: Record<string, VolumeCounters> = {};
  for (const { kind, volumeId, outcome } of orders) {
    if (volumeId === undefined || outcome === undefined || !MOVERS.includes(kind)) continue;
    volumes[volumeId] = addedTo(volumes[volumeId] ?? NOTHING_OF_VOLUME, outcome.counters);
  }
  return volumes;
};

/** What is exact once all orders are done. */
export const progressOf = (
  child: JobInstance | undefined,
  orders: readonly Order[],
): Pick<JobInstance, 'counters' | 'progress'> => {
  const volumes = volumesOf(orders);
  return {
    counters: countersOf(orders),
    ...(child?.progress
      ? {
          progress: Object.fromEntries(
            Object.entries(child.progress).map(([id, before]) => [id, { ...before, ...volumes[id] }]),
          ),
        }
      : {}),
  };
};

/** Blocks by volume of all transfers of the instance, as far as they are planned: a backup copy makes several. */
const plannedBlocks = async (
  work: WorkArea,
  input: TransferInput,
  child: JobInstance | undefined,
): Promise<ReadonlyMap<string, number>> => {
  const planned = new Map<string, number>();
  for (const recoveryPointId of new Set([...(child?.recoveryPointIds ?? []), input.recoveryPointId]))
    for (const { volumeId, blocks } of await readPlan(work, { ...input, recoveryPointId }))
      planned.set(volumeId, (planned.get(volumeId) ?? 0) + blocks);
  return planned;
};

/**
 * What progress is measured against, and begins with: a later attempt's with what the attempts before it have finished, a
 * copy's further transfer with what those before it have moved. `volumeIds`: also those of which nothing is to be moved.
 */
export const progressAtStart = async (
  { catalog, work }: { readonly catalog: Catalog; readonly work: WorkArea },
  input: TransferInput,
  volumeIds: readonly string[],
): Promise<
  Pick<JobInstance, 'plannedBlocks' | 'progress' | 'countedBefore'> & Partial<Pick<JobInstance, 'counters'>>
> => {
  const { jobId, attempt, instanceId }: InstanceRef = input;
  const child = await catalog.jobs.instance(jobId, instanceId);
  const planned = await plannedBlocks(work, input, child);
  const orders = attempt === 1 ? undefined : await catalog.orders.ofAttempt(jobId, attempt, instanceId);
  const before: Readonly<Record<string, Partial<VolumeProgress>>> = orders
    ? Object.fromEntries(
        Object.entries(volumesOf(orders)).map(([id, counted]) => [id, { ...counted, before: counted }]),
      )
    : (child?.progress ?? {});
  const counters = orders ? countersOf(orders) : child?.counters;
  const ids = new Set([...Object.keys(child?.progress ?? {}), ...planned.keys(), ...volumeIds]);
  return {
    ...(orders && counters ? { counters } : {}),
    ...(counters ? { countedBefore: ofVolume(counters) } : {}),
    plannedBlocks: [...planned.values()].reduce((sum, blocks) => sum + blocks, 0),
    progress: Object.fromEntries(
      [...ids].map((id) => [id, { ...NOTHING_OF_VOLUME, ...before[id], plannedBlocks: planned.get(id) ?? 0 }]),
    ),
  };
};
