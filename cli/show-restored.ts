/** What a restore has made, put in place, and left out. */
import type { JobInstanceView, JobView } from '../core/contracts/api.ts';
import type { Screen } from './screen.ts';
import { count } from './units.ts';

type Result = NonNullable<JobInstanceView['result']>;

const headline = (screen: Screen, job: JobView, source: string, { instanceId, volumes }: Result): string => {
  const { bold } = screen.colors;
  const { target } = job.request;
  switch (target?.kind) {
    case 'in-place':
      return `Restored in place: ${bold(instanceId ?? source)}`;
    case 'attach':
      return `Attached to ${bold(target.instanceId)}: ${count(volumes.length, 'volume')}`;
    case 'volumes':
      return `New volumes: ${volumes.length}`;
    default:
      return `New instance: ${bold(instanceId ?? '')}`;
  }
};

const showReplaced = (screen: Screen, { replacedVolumes = [] }: Result): void => {
  const kept = replacedVolumes.filter((volume) => volume.kept);
  const removed = replacedVolumes.filter((volume) => !volume.kept);
  const names = (volumes: typeof replacedVolumes) =>
    volumes.map(({ volumeId, device }) => `${volumeId} (${device})`).join(', ');
  if (kept.length > 0) screen.line(`Replaced, and kept, detached: ${names(kept)}`);
  if (removed.length > 0) screen.line(`Replaced, and deleted: ${names(removed)}`);
};

export const showRestored = (screen: Screen, job: JobView, { instanceId, result }: JobInstanceView): void => {
  if (!result) return;
  screen.line();
  screen.line(headline(screen, job, instanceId, result));
  screen.table(
    ['device', 'volume', 'restored from'],
    result.volumes.map(({ device, volumeId, sourceVolumeId }) => [device, volumeId, sourceVolumeId]),
  );
  showReplaced(screen, result);
  if (result.volumeTagsLeftOut > 0)
    screen.line(`${count(result.volumeTagsLeftOut, 'volume tag')} left out; --volume-tags restore brings them back.`);
  if (result.awsTagsLeftOut > 0)
    screen.line(`${count(result.awsTagsLeftOut, 'aws: tag')} left out: nobody but AWS can set those.`);
};
