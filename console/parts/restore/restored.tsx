/** What a restore has made, put in place and left out. */
import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import { duration, secondsBetween, time } from '../../../cli/units.ts';
import type { JobInstanceView, JobView, RecoveryPointView } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';
import { kindOf } from './draft.ts';

const words = texts.restore.started;
type Result = NonNullable<JobInstanceView['result']>;

const Copy = ({ id }: { readonly id: string }) => (
  <span className="id">
    <CopyToClipboard
      variant="inline"
      textToCopy={id}
      copyButtonAriaLabel={words.copy(id)}
      copySuccessText={words.copied}
      copyErrorText={id}
    />
  </span>
);

/** The instance, or the volumes that are attached to none: whatever somebody goes on with. */
const idsOf = ({ request: { target } }: JobView, { instanceId, volumes }: Result): readonly string[] => {
  if (target?.kind === 'attach') return [target.instanceId];
  if (target?.kind === 'volumes') return volumes.map(({ volumeId }) => volumeId);
  return instanceId === undefined ? [] : [instanceId];
};

const leftOutOf = ({ volumes, volumeTagsLeftOut, awsTagsLeftOut }: Result, point: RecoveryPointView | undefined) => [
  ...(point?.volumes ?? [])
    .filter(({ volumeId }) => !volumes.some(({ sourceVolumeId }) => sourceVolumeId === volumeId))
    .map(({ volumeId, device }) => words.volumeLeftOut(volumeId, device)),
  ...(volumeTagsLeftOut > 0 ? [words.tagsLeftOut(volumeTagsLeftOut)] : []),
  ...(awsTagsLeftOut > 0 ? [words.awsTagsLeftOut(awsTagsLeftOut)] : []),
];

const Lines = ({ header, lines }: { readonly header: string; readonly lines: readonly string[] }) =>
  lines.length === 0 ? null : (
    <Box margin={{ top: 's' }}>
      <Box variant="strong">{header}</Box>
      <ul className="sentences">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Box>
  );

/** When it was: an address of long ago tells of a restore of long ago. */
export const timesOf = ({ createdAt, endedAt }: JobView): string => {
  const ago = (at: string): string => duration(secondsBetween(at, Date.now()));
  return [
    words.at(time(createdAt), ago(createdAt)),
    ...(endedAt === undefined ? [] : [words.ended(time(endedAt), ago(endedAt))]),
  ].join('');
};

interface Props {
  readonly job: JobView;
  readonly result: Result;
  /** What was restored from; absent where it is not there any more. */
  readonly point: RecoveryPointView | undefined;
}

export const Restored = ({ job, result, point }: Props) => {
  const headline = words.headline[kindOf({ kind: job.request.target?.kind ?? '' })];
  return (
    <Alert type="success" header={headline}>
      <div>{timesOf(job)}</div>
      {idsOf(job, result).map((id) => (
        <div key={id}>
          <Copy id={id} />
        </div>
      ))}
      <Lines
        header={words.replaced}
        lines={(result.replacedVolumes ?? []).map(
          ({ volumeId, device, kept }) => `${volumeId} (${device}): ${kept ? words.kept : words.deleted}`,
        )}
      />
      <Lines header={words.leftOut} lines={leftOutOf(result, point)} />
    </Alert>
  );
};
