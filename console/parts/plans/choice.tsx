import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';

interface Props<T extends string> {
  readonly label: string;
  readonly description?: string;
  readonly error: string | undefined;
  /** What each is called, in their order. */
  readonly options: Readonly<Record<T, string>>;
  readonly chosen: T;
  onChange(chosen: T): void;
}

/** One of a few. */
export const Choice = <T extends string>({ label, description, error, options, chosen, onChange }: Props<T>) => {
  const all = (Object.keys(options) as T[]).map((value) => ({ value, label: options[value] }));
  return (
    <FormField label={label} description={description} errorText={error}>
      <Select
        options={all}
        selectedOption={all.find(({ value }) => value === chosen) ?? null}
        onChange={({ detail }) =>
          onChange(all.find(({ value }) => value === detail.selectedOption.value)?.value ?? chosen)
        }
      />
    </FormField>
  );
};
