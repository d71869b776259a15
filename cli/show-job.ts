/** A job as it stands: what was asked, what each instance has moved, errors with what to do, and what comes next. */
import type { JobErrorView, JobInstanceView, JobView } from '../core/contracts/api.ts';
import { BLOCK_BYTES } from '../core/contracts/ids.ts';
import { tenantFlag } from './context.ts';
import {
  asked,
  billedWords,
  fractionOf,
  isOver,
  paintState,
  progressWords,
  standsStill,
  volumeWords,
  waitWords,
} from './job-words.ts';
import type { Screen } from './screen.ts';
import { showRestored } from './show-restored.ts';
import { bytes, duration, secondsBetween, time } from './units.ts';

const took = (job: JobView): string | undefined =>
  job.startedAt && job.endedAt ? duration(secondsBetween(job.startedAt, job.endedAt)) : undefined;

const stateOf = (screen: Screen, instance: JobInstanceView): string => {
  const fraction = instance.phase === 'transferring' ? fractionOf(instance) : undefined;
  const percent = fraction === undefined ? '' : ` ${Math.floor(fraction * 100)} %`;
  return paintState(screen, instance.phase) + percent;
};

const showError = (
  screen: Screen,
  whose: string,
  { name, message, remedy }: JobErrorView,
  paint = screen.colors.red,
): void => {
  const { dim } = screen.colors;
  screen.line(`${whose}  ${paint(name)}`);
  screen.line(`  ${message}`);
  if (remedy) screen.line(`  ${dim('What to do:')} ${remedy}`);
};

/** The last line of a watch. */
export const showEnd = (screen: Screen, job: JobView): void => {
  const words = took(job);
  screen.line(`${paintState(screen, job.state)}${words ? ` in ${words}` : ''}`);
};

const pointsOf = ({ phase, recoveryPointId, recoveryPointIds }: JobInstanceView): readonly string[] => {
  if (phase !== 'done') return [];
  return recoveryPointIds ?? (recoveryPointId ? [recoveryPointId] : []);
};

/** What a job's instances have come to: a snapshot moves nothing, and a restore stores nothing. */
const showInstances = (screen: Screen, { type, instances = [] }: JobView): void => {
  if (instances.length === 0) return;
  const moves = type !== 'snapshot';
  const stores = type === 'backup' || type === 'backup-copy';
  screen.table(
    [
      ...['instance', 'result'],
      ...(moves ? ['>transferred', '>zero'] : ['consistent']),
      ...(stores ? ['>deduplicated', '>stored'] : []),
      ...(type === 'restore' ? [] : ['recovery point']),
    ],
    instances.map((instance) => {
      const { counters, consistency } = instance;
      return [
        ...[instance.instanceId, stateOf(screen, instance)],
        ...(moves ? [bytes(counters.bytes), bytes(counters.zero * BLOCK_BYTES)] : [consistency?.kind ?? '']),
        ...(stores ? [bytes(counters.deduplicated * BLOCK_BYTES), bytes(counters.storedBytes)] : []),
        ...(type === 'restore' ? [] : [pointsOf(instance).join('\n')]),
      ];
    }),
  );
};

/** Where something was not done as it was asked for, and what was left out. */
const showReasons = (screen: Screen, instances: readonly JobInstanceView[]): void => {
  const lines = instances.flatMap(({ instanceId, volumes = [], consistency, excludedVolumes = [] }) => [
    ...volumes.flatMap(({ volumeId, level, reason }) =>
      reason ? [`${instanceId} ${volumeId}: ${level}, because ${reason}`] : [],
    ),
    ...(consistency?.reason ? [`${instanceId}: ${consistency.kind}-consistent, because ${consistency.reason}`] : []),
    ...excludedVolumes.map(({ volumeId, rule }) => `${instanceId} ${volumeId}: left out by ${rule}`),
  ]);
  if (lines.length > 0) screen.line(`\n${lines.join('\n')}`);
};

const showErrors = (screen: Screen, { jobId, error, instances = [] }: JobView): void => {
  const failed = instances.flatMap(({ instanceId, error: own }) => (own ? [[instanceId, own] as const] : []));
  if (error || failed.length > 0) screen.line();
  if (error) showError(screen, jobId, error);
  for (const [instanceId, own] of failed) showError(screen, instanceId, own);
};

/** Of instances that are done. */
const showWarnings = (screen: Screen, instances: readonly JobInstanceView[]): void => {
  const { yellow } = screen.colors;
  const all = instances.flatMap(({ instanceId, warnings = [] }) => warnings.map((each) => [instanceId, each] as const));
  if (all.length > 0) screen.line();
  for (const [instanceId, warning] of all) showError(screen, `${instanceId}  warning`, warning, yellow);
};

/** Per instance: what went through, what of it was zero or known already, what was written; then what went wrong. */
export const showSummary = (screen: Screen, job: JobView, tenant: string | undefined): void => {
  const { instances = [] } = job;
  showInstances(screen, job);
  for (const instance of instances) showRestored(screen, job, instance);
  showReasons(screen, instances);
  showErrors(screen, job);
  showWarnings(screen, instances);
  const [point] = instances.flatMap(pointsOf);
  if (job.type !== 'restore' && isOver(job) && point)
    screen.line(screen.colors.dim(`\nRestore it: holdfast restore start ${point}${tenantFlag(tenant)}`));
  if (job.state === 'suspended')
    screen.line(screen.colors.dim(`\nGo on with it: holdfast job resume ${job.jobId}${tenantFlag(tenant)}`));
};

const TRIGGERS = { api: 'a request', schedule: 'its plan’s schedule', job: 'another job' } as const;

export const showJob = (screen: Screen, job: JobView, tenant: string | undefined): void => {
  const billed = billedWords(job);
  screen.fields([
    ['Job', job.jobId],
    ['Type', [job.type, job.request.level, job.request.target?.kind].filter(Boolean).join(', ')],
    ['Of', asked(job)],
    ['Why from there', job.request.fromReason],
    ['Trigger', TRIGGERS[job.trigger]],
    ['State', paintState(screen, job.state)],
    ['Attempt', job.attempt > 1 ? String(job.attempt) : undefined],
    ['Created', time(job.createdAt)],
    ['Started', job.startedAt && time(job.startedAt)],
    ['Ended', job.endedAt && time(job.endedAt)],
    ['Took', took(job)],
    ['Stopped if not ended by', isOver(job) || !job.request.deadlineAt ? undefined : time(job.request.deadlineAt)],
    ['Transport', job.transport],
    ['Called', billed && `${billed.calls}; ${billed.cost}`],
    ['Asked by', job.requestedBy],
    ['Execution', job.executionArn],
    ['Console', job.executionUrl],
  ]);
  screen.line();
  showSummary(screen, job, tenant);
  if (standsStill(job)) return;
  for (const instance of job.instances ?? []) {
    const words = progressWords(instance) || waitWords(instance, Date.now());
    if (words) screen.line(`${instance.instanceId}: ${instance.phase} ${words}`);
    if (instance.phase !== 'transferring') continue;
    for (const volume of instance.volumes ?? []) screen.line(`  ${volume.volumeId}  ${volumeWords(volume)}`);
  }
  screen.line(screen.colors.dim(`Watch it: holdfast job watch ${job.jobId}${tenantFlag(tenant)}`));
};
