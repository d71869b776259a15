import type { JobInstanceView, JobView, JobVolumeView } from '../core/contracts/api.ts';
import { BLOCK_BYTES } from '../core/contracts/ids.ts';
import type { Screen } from './screen.ts';
import { bytes, count, duration, rate, secondsBetween, usd } from './units.ts';

export const isOver = ({ state }: JobView): boolean =>
  ['completed', 'completed with errors', 'failed', 'cancelled'].includes(state);

/** A suspended job goes on when somebody resumes it: nothing to wait for. */
export const standsStill = (job: JobView): boolean => isOver(job) || job.state === 'suspended';

export const paintState = ({ colors }: Screen, state: string): string => {
  if (state === 'completed' || state === 'done') return colors.green(state);
  if (state === 'failed') return colors.red(state);
  if (['completed with errors', 'cancelled', 'cancelling', 'suspended', 'waiting'].includes(state))
    return colors.yellow(state);
  return state;
};

const some = (ids: readonly string[] | undefined, noun: string): string[] => {
  if (!ids || ids.length === 0) return [];
  return [ids.length === 1 ? String(ids[0]) : count(ids.length, noun)];
};

/** What a job was asked to do, short. */
export const asked = ({ request }: JobView): string => {
  const { instanceIds, groupIds, planId, recoveryPointId, recoveryPointIds } = request;
  if (recoveryPointId) return recoveryPointId;
  const parts = [
    ...some(instanceIds, 'instance'),
    ...some(recoveryPointIds, 'recovery point'),
    ...some(groupIds, 'VM group'),
    ...(planId ? [planId] : []),
  ];
  return parts.join(', ');
};

/** `47 done, 3 failed`; the phases that most instances are in come first. */
export const summaryWords = ({ summary = {} }: JobView): string =>
  Object.entries(summary)
    .toSorted(([, a], [, b]) => b - a)
    .map(([phase, n]) => `${n} ${phase}`)
    .join(', ');

type Measured = Pick<JobVolumeView, 'plannedBytes' | 'doneBytes' | 'counters' | 'rate' | 'secondsLeft'>;

/** An API of before it said so knows what went through. */
const doneOf = ({ doneBytes, counters }: Measured): number => doneBytes ?? counters?.bytes ?? 0;

const partOf = (measured: Measured): number | undefined => {
  const { plannedBytes } = measured;
  if (plannedBytes === undefined) return undefined;
  return plannedBytes === 0 ? 1 : Math.min(1, doneOf(measured) / plannedBytes);
};

const paceWords = (measured: Measured): string[] => {
  const { plannedBytes = 0, rate: pace, secondsLeft } = measured;
  return [
    `${bytes(doneOf(measured))} of ${bytes(plannedBytes)}`,
    ...(pace ? [rate(pace)] : []),
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
  ];
};

/** How far an instance is, 0 to 1; undefined before its data is counted. */
export const fractionOf = ({ phase, ...measured }: JobInstanceView): number | undefined =>
  phase === 'done' ? 1 : partOf(measured);

/** `4.0 GiB of 10 GiB, 212 MiB/s, 3 min 05 s left`; empty while nothing moves. */
export const progressWords = (instance: JobInstanceView): string => {
  const { plannedBytes, counters, phase } = instance;
  if (phase !== 'transferring' || plannedBytes === undefined) return '';
  return [
    ...paceWords(instance),
    ...(counters.verified ? [`${bytes(counters.verified * BLOCK_BYTES)} read back`] : []),
  ].join(', ');
};

/** How far a volume is, 0 to 1; undefined where nothing is planned of it, or nothing is to be moved. */
export const volumeFraction = (volume: JobVolumeView): number | undefined =>
  volume.plannedBytes ? partOf(volume) : undefined;

/** As of an instance; `nothing to be moved` where nothing is to be moved. */
export const volumeWords = (volume: JobVolumeView): string => {
  if (volume.plannedBytes === undefined) return '';
  return volume.plannedBytes === 0 ? 'nothing to be moved' : paceWords(volume).join(', ');
};

/** What there is to say about a wait that may need somebody's hand. */
export const waitWords = ({ phase, phaseSince }: JobInstanceView, now: number): string => {
  const since = secondsBetween(phaseSince, now);
  if (since < 15) return '';
  if (phase === 'waiting for an access node')
    return `for ${duration(since)}: no access node has taken the work yet; check that one runs for the service hypervisor`;
  if (phase === 'waiting for capacity') return `for ${duration(since)}: your provider has not taken the work up yet`;
  return '';
};

/** Of one that has ended, to operators: what its orders have called, and what that costs. Undefined: nothing. */
export const billedWords = ({ billed }: JobView): { readonly calls: string; readonly cost: string } | undefined => {
  if (!billed || billed.nanoUsd === 0) return undefined;
  const { blocksRead, blocksWritten, blockLists, s3Puts, s3Gets, kms } = billed.calls;
  const n = (count: number, what: string): readonly string[] =>
    count > 0 ? [`${what}: ${count.toLocaleString('en-US')}`] : [];
  const parts = [
    ...n(blocksRead, 'blocks read'),
    ...n(blocksWritten, 'blocks written'),
    ...n(blockLists, 'lists of blocks'),
    ...n(s3Puts, 'S3 PUT'),
    ...n(s3Gets, 'S3 GET'),
    ...n(kms, 'KMS'),
  ];
  return { calls: parts.join(', '), cost: `${usd(billed.nanoUsd)} USD by list prices` };
};
