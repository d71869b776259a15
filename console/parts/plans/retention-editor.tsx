import ColumnLayout from '@cloudscape-design/components/column-layout';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { texts } from '../../texts.ts';
import { PERIODS, type RetentionDraft, RULES } from './retention-draft.ts';

const words = texts.plan.retention;

interface Props {
  readonly draft: RetentionDraft;
  /** `retention` or `snapshotRetention`: the API's name. */
  readonly field: string;
  onChange(draft: RetentionDraft): void;
  at(field: string): string | undefined;
}

/** How long recovery points are kept: while any of the rules keeps them. */
export const RetentionEditor = ({ draft, field, onChange, at }: Props) => (
  <FormField stretch description={words.about} errorText={at(field)}>
    <ColumnLayout columns={3}>
      {RULES.map((rule) => (
        <FormField
          key={rule}
          label={words.rules[rule]}
          constraintText={words.means[rule]}
          errorText={at(`${field}.${(PERIODS as readonly string[]).includes(rule) ? 'gfs.' : ''}${rule}`)}
        >
          <Input
            type="number"
            placeholder={words.none}
            value={draft[rule]}
            onChange={({ detail }) => onChange({ ...draft, [rule]: detail.value })}
          />
        </FormField>
      ))}
    </ColumnLayout>
  </FormField>
);
