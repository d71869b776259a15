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

/** Per instance: what went through, what of it was zero or known already, what was written. */
export const showSummary = (screen: Screen, job: JobView, tenant: string | undefined): void => {
  const instances = job.instances ?? [];
  if (instances.length > 0) {
    const backup = job.type === 'backup';
    screen.table(
      ['instance', 'result', 'transferred', 'zero', ...(backup ? ['deduplicated', 'stored', 'recovery point'] : [])],
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
  }
  for (const instance of instances) showRestored(screen, instance);
  const reasons = instances.flatMap(({ instanceId, volumes = [] }) =>
    volumes
      .filter(({ reason }) => reason)
      .map(({ volumeId, level, reason }) => ({ instanceId, volumeId, level, reason })),
  );
  if (reasons.length > 0) screen.line();
  for (const { instanceId, volumeId, level, reason } of reasons)
    screen.line(`${instanceId} ${volumeId}: ${level}, because ${reason}`);
  const failed = instances.filter((instance) => instance.error);
  if (failed.length > 0 || job.error) screen.line();
  if (job.error) showError(screen, job.jobId, job.error);
  for (const { instanceId, error } of failed) if (error) showError(screen, instanceId, error);

  const time = took(job);
  if (isOver(job)) screen.line(`\n${paintState(screen, job.state)}${time ? ` in ${time}` : ''}`);
  const [point] = instances.flatMap(({ phase, recoveryPointId }) =>
    phase === 'done' && recoveryPointId ? [recoveryPointId] : [],
  );
  if (job.type === 'backup' && isOver(job) && point)
    screen.line(screen.colors.dim(`Restore it: holdfast restore start ${point}${tenantFlag(tenant)}`));
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
