import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import type { RestoreForm } from './form.ts';

interface Props {
  readonly form: RestoreForm;
  /** In the draft. */
  readonly name: string;
  /** As the API names it. */
  readonly field: string;
  readonly label: string;
  readonly about?: string;
  readonly placeholder?: string;
  readonly input?: Partial<InputProps>;
}

/** One choice that is typed, with what the API has against it. */
export const TextField = ({ form, name, field, label, about, placeholder, input }: Props) => (
  <FormField label={label} description={about} errorText={form.problemOf(field)}>
    <Input
      value={form.draft[name] ?? ''}
      placeholder={placeholder}
      spellcheck={false}
      autoComplete={false}
      onChange={({ detail }) => form.change({ [name]: detail.value })}
      {...input}
    />
  </FormField>
);
