import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { RestoreForm } from './form.ts';

/** What is typed in it. */
export interface Typed {
  /** In the draft. */
  readonly name: string;
  /** As the API names it. */
  readonly field: string;
  readonly label: string;
  readonly about?: string;
  readonly placeholder?: string;
  readonly input?: Partial<InputProps>;
}
interface Props extends Typed {
  readonly form: RestoreForm;
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

/** One below the other. */
export const TextFields = ({ form, fields }: { readonly form: RestoreForm; readonly fields: readonly Typed[] }) => (
  <SpaceBetween size="l">
    {fields.map((each) => (
      <TextField key={each.name} form={form} {...each} />
    ))}
  </SpaceBetween>
);
