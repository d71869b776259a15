import type { JobInstanceView, JobView } from '../core/contracts/api.ts';
import type { Screen } from './screen.ts';
import { bytes, count, duration, rate, secondsBetween } from './units.ts';

export const isOver = (job: JobView): boolean => !['queued', 'running', 'cancelling'].includes(job.state);

export const paintState = ({ colors }: Screen, state: string): string => {
  if (state === 'completed' || state === 'done') return colors.green(state);
  if (state === 'failed') return colors.red(state);
  if (state === 'completed with errors' || state === 'cancelled' || state === 'cancelling') return colors.yellow(state);
  return state;
};

/** What a job was asked to do, short. */
export const asked = ({ request }: JobView): string => {
  const { instanceIds, recoveryPointId } = request;
  if (recoveryPointId) return recoveryPointId;
  return instanceIds?.length === 1 ? String(instanceIds[0]) : count(instanceIds?.length ?? 0, 'instance');
};

/** How far an instance is, 0 to 1; undefined before its data is counted. */
export const fractionOf = ({ phase, plannedBytes, counters }: JobInstanceView): number | undefined => {
  if (phase === 'done') return 1;
  if (plannedBytes === undefined) return undefined;
  return plannedBytes === 0 ? 1 : Math.min(1, counters.bytes / plannedBytes);
};

/** `4.0 GiB of 10 GiB, 212 MiB/s, 3 min 05 s left`; empty while nothing moves. */
export const progressWords = (instance: JobInstanceView): string => {
  const { plannedBytes, counters, phase } = instance;
  if (phase !== 'transferring' || plannedBytes === undefined) return '';
  return [
    `${bytes(counters.bytes)} of ${bytes(plannedBytes)}`,
    ...(instance.rate ? [rate(instance.rate)] : []),
    ...(instance.secondsLeft === undefined ? [] : [`${duration(instance.secondsLeft)} left`]),
  ].join(', ');
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
