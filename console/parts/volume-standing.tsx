import ProgressBar from '@cloudscape-design/components/progress-bar';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { volumeFraction, volumeWords } from '../../cli/job-words.ts';
import type { JobVolumeView } from '../../core/contracts/api.ts';
import { texts } from '../texts.ts';

const words = texts.job;

/** How far a volume is, at which pace, and whether it is read as a whole and why. */
export const VolumeStanding = ({ volume }: { readonly volume: JobVolumeView }) => {
  const { volumeId, level, reason } = volume;
  const fraction = volumeFraction(volume);
  const levelWords = [level, reason].filter(Boolean).join(': ');
  return (
    <SpaceBetween size="xxs">
      {fraction === undefined ? (
        volumeWords(volume)
      ) : (
        <ProgressBar
          value={Math.floor(fraction * 100)}
          additionalInfo={volumeWords(volume)}
          ariaLabel={words.progress.of(volumeId)}
        />
      )}
      {levelWords ? <div>{levelWords}</div> : null}
    </SpaceBetween>
  );
};
