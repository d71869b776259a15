/** A job as it stands: what was asked, what each instance has moved, errors with what to do, and what comes next. */
import type { JobErrorView, JobInstanceView, JobView } from '../core/contracts/api.ts';
import { BLOCK_BYTES } from '../core/contracts/ids.ts';
import { tenantFlag } from './context.ts';
import { asked, fractionOf, isOver, paintState, progressWords, waitWords } from './job-words.ts';
import type { Screen } from './screen.ts';
import { bytes, count, duration, secondsBetween, time } from './units.ts';

const took = (job: JobView): string | undefined =>
  job.startedAt && job.endedAt ? duration(secondsBetween(job.startedAt, job.endedAt)) : undefined;

const stateOf = (screen: Screen, instance: JobInstanceView): string => {
  const fraction = instance.phase === 'transferring' ? fractionOf(instance) : undefined;
  const percent = fraction === undefined ? '' : ` ${Math.floor(fraction * 100)} %`;
  return paintState(screen, instance.phase) + percent;
};

const showError = (screen: Screen, whose: string, { name, message, remedy }: JobErrorView): void => {
  const { red, dim } = screen.colors;
  screen.line(`${whose}  ${red(name)}`);
  screen.line(`  ${message}`);
  if (remedy) screen.line(`  ${dim('What to do:')} ${remedy}`);
};

const showRestored = (screen: Screen, { result }: JobInstanceView): void => {
  if (!result) return;
  screen.line();
  screen.line(`New instance: ${screen.colors.bold(result.instanceId)}`);
  screen.table(
    ['device', 'volume', 'restored from'],
    result.volumes.map(({ device, volumeId, sourceVolumeId }) => [device, volumeId, sourceVolumeId]),
  );
  if (result.volumeTagsLeftOut > 0)
    screen.line(`${count(result.volumeTagsLeftOut, 'volume tag')} left out; --volume-tags restore brings them back.`);
  if (result.awsTagsLeftOut > 0)
    screen.line(`${count(result.awsTagsLeftOut, 'aws: tag')} left out: nobody but AWS can set those.`);
};

/** The last line of a watch. */
export const showEnd = (screen: Screen, job: JobView): void => {
  const words = took(job);
  screen.line(`${paintState(screen, job.state)}${words ? ` in ${words}` : ''}`);
};

const showMoved = (screen: Screen, { type, instances = [] }: JobView): void => {
  if (instances.length === 0) return;
  const backup = type === 'backup';
  screen.table(
    ['instance', 'result', '>transferred', '>zero', ...(backup ? ['>deduplicated', '>stored', 'recovery point'] : [])],
    instances.map((instance) => [
      instance.instanceId,
      stateOf(screen, instance),
      bytes(instance.counters.bytes),
      bytes(instance.counters.zero * BLOCK_BYTES),
      ...(backup
        ? [
            bytes(instance.counters.deduplicated * BLOCK_BYTES),
            bytes(instance.counters.storedBytes),
            instance.phase === 'done' ? (instance.recoveryPointId ?? '') : '',
          ]
        : []),
    ]),
  );
};

/** Where a volume was not read as it was asked for. */
const showReasons = (screen: Screen, instances: readonly JobInstanceView[]): void => {
  const lines = instances.flatMap(({ instanceId, volumes = [] }) =>
    volumes.flatMap(({ volumeId, level, reason }) =>
      reason ? [`${instanceId} ${volumeId}: ${level}, because ${reason}`] : [],
    ),
  );
  if (lines.length > 0) screen.line(`\n${lines.join('\n')}`);
};

const showErrors = (screen: Screen, { jobId, error, instances = [] }: JobView): void => {
  const failed = instances.flatMap(({ instanceId, error: own }) => (own ? [[instanceId, own] as const] : []));
  if (error || failed.length > 0) screen.line();
  if (error) showError(screen, jobId, error);
  for (const [instanceId, own] of failed) showError(screen, instanceId, own);
};

/** Per instance: what went through, what of it was zero or known already, what was written; then what went wrong. */
export const showSummary = (screen: Screen, job: JobView, tenant: string | undefined): void => {
  const { instances = [] } = job;
  showMoved(screen, job);
  for (const instance of instances) showRestored(screen, instance);
  showReasons(screen, instances);
  showErrors(screen, job);
  const point = instances.find(({ phase, recoveryPointId }) => phase === 'done' && recoveryPointId)?.recoveryPointId;
  if (job.type === 'backup' && isOver(job) && point)
    screen.line(screen.colors.dim(`\nRestore it: holdfast restore start ${point}${tenantFlag(tenant)}`));
};

export const showJob = (screen: Screen, job: JobView, tenant: string | undefined): void => {
  screen.fields([
    ['Job', job.jobId],
    ['Type', [job.type, job.request.level].filter(Boolean).join(', ')],
    ['Of', asked(job)],
    ['State', paintState(screen, job.state)],
    ['Attempt', job.attempt > 1 ? String(job.attempt) : undefined],
    ['Created', time(job.createdAt)],
    ['Started', job.startedAt && time(job.startedAt)],
    ['Ended', job.endedAt && time(job.endedAt)],
    ['Took', took(job)],
    ['Asked by', job.requestedBy],
    ['Execution', job.executionArn],
  ]);
  screen.line();
  showSummary(screen, job, tenant);
  if (isOver(job)) return;
  for (const instance of job.instances ?? []) {
    const words = progressWords(instance) || waitWords(instance, Date.now());
    if (words) screen.line(`${instance.instanceId}: ${instance.phase} ${words}`);
  }
  screen.line(screen.colors.dim(`Watch it: holdfast job watch ${job.jobId}${tenantFlag(tenant)}`));
};
