/** One field of the wizard, with what is said against it beneath. */
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import type { ReactNode } from 'react';
import { ApiFailure } from '../../../api.ts';
import type { Draft } from './draft.ts';

export interface Form {
  readonly draft: Draft;
  readonly secret: string;
  set(change: Partial<Draft>): void;
  setSecret(secret: string): void;
  /** By the field's path in the request. */
  errorOf(path: string): string | undefined;
}

/** Of the API's refusal, at its field. */
export const refusalWords = (error: Error | null, path: string): string | undefined =>
  error instanceof ApiFailure && error.field === path
    ? [error.message, error.remedy].filter(Boolean).join(' ')
    : undefined;

interface TextFieldProps {
  readonly form: Form;
  readonly name: keyof Draft;
  /** In the request, where it is called otherwise. */
  readonly path?: string;
  readonly label: string;
  readonly about?: ReactNode;
  readonly placeholder?: string;
}

export const TextField = ({ form, name, path = name, label, about, placeholder = '' }: TextFieldProps) => (
  <FormField label={label} description={about} errorText={form.errorOf(path)}>
    <Input
      value={form.draft[name]}
      placeholder={placeholder}
      autoComplete={false}
      spellcheck={false}
      onChange={({ detail }) => form.set({ [name]: name === 'name' ? detail.value : detail.value.trim() })}
    />
  </FormField>
);
