import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import Input from '@cloudscape-design/components/input';
import { texts } from '../../texts.ts';
import { BLANK, COLUMNS, isBlank, type VolumeDraft } from './volume-draft.ts';

const words = texts.vmGroup.volumes;

const MOST = 20;

interface Props {
  readonly drafts: readonly VolumeDraft[];
  onChange(drafts: readonly VolumeDraft[]): void;
  /** What the API says of one of `volumeFields`. */
  at(field: string): string | undefined;
}

/** Which volumes are left out: each row by itself, and all that stands in it must hold. */
export const VolumeRules = ({ drafts, onChange, at }: Props) => {
  const placeOf = (row: number): number => drafts.slice(0, row).filter((each) => !isBlank(each)).length;
  return (
    <AttributeEditor
      items={drafts}
      empty={words.empty}
      addButtonText={words.add}
      removeButtonText={words.remove}
      removeButtonAriaLabel={() => words.remove}
      disableAddButton={drafts.length >= MOST}
      onAddButtonClick={() => onChange([...drafts, BLANK])}
      onRemoveButtonClick={({ detail }) => onChange(drafts.toSpliced(detail.itemIndex, 1))}
      gridLayout={[
        {
          breakpoint: 'xxs',
          rows: [
            [1, 1, 1],
            [1, 1],
          ],
        },
        { rows: [[1], [1], [1], [1], [1]] },
      ]}
      definition={COLUMNS.map(({ name, field }) => ({
        label: words.columns[name],
        errorText: (_: VolumeDraft, row: number) => at(`exclude.volumes[${placeOf(row)}].${field}`),
        control: (draft: VolumeDraft, row: number) => (
          <Input
            value={draft[name]}
            placeholder={words.placeholders[name]}
            inputMode={name === 'larger' || name === 'smaller' ? 'numeric' : 'text'}
            onChange={({ detail }) => onChange(drafts.with(row, { ...draft, [name]: detail.value }))}
          />
        ),
      }))}
    />
  );
};
