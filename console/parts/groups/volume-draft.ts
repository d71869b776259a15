/** Which volumes are left out, while somebody writes it. */
import type { VolumeRule } from '../../../core/contracts/vm-groups.ts';

/** As typed: empty is no condition. */
export interface VolumeDraft {
  readonly key: string;
  readonly value: string;
  readonly device: string;
  readonly larger: string;
  readonly smaller: string;
}

export const BLANK: VolumeDraft = { key: '', value: '', device: '', larger: '', smaller: '' };

const typed = (n: number | undefined): string => (n === undefined ? '' : String(n));

export const volumeDrafts = (rules: readonly VolumeRule[]): VolumeDraft[] =>
  rules.map(({ tag, device, largerThanGiB, smallerThanGiB }) => ({
    key: tag?.key ?? '',
    value: tag?.value ?? '',
    device: device ?? '',
    larger: typed(largerThanGiB),
    smaller: typed(smallerThanGiB),
  }));

export const isBlank = (draft: VolumeDraft): boolean => Object.values(draft).every((each) => each === '');

/** Rows in which nothing stands say nothing. What is no number is left to the API to refuse. */
export const volumeRules = (drafts: readonly VolumeDraft[]): VolumeRule[] =>
  drafts
    .filter((draft) => !isBlank(draft))
    .map(({ key, value, device, larger, smaller }) => ({
      ...(key === '' && value === '' ? {} : { tag: { key, ...(value === '' ? {} : { value }) } }),
      ...(device === '' ? {} : { device }),
      ...(larger === '' ? {} : { largerThanGiB: Number(larger) }),
      ...(smaller === '' ? {} : { smallerThanGiB: Number(smaller) }),
    }));

/** Places of the API's fields, row by row. */
export const COLUMNS = [
  { name: 'key', field: 'tag.key' },
  { name: 'value', field: 'tag.value' },
  { name: 'device', field: 'device' },
  { name: 'larger', field: 'largerThanGiB' },
  { name: 'smaller', field: 'smallerThanGiB' },
] as const;

/** `exclude.volumes[0].device` and so on, in the order of the rows that say something. */
export const volumeFields = (drafts: readonly VolumeDraft[]): string[] =>
  volumeRules(drafts).flatMap((_, i) => COLUMNS.map(({ field }) => `exclude.volumes[${i}].${field}`));
