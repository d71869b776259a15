import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { texts } from '../../texts.ts';

const words = texts.hypervisor.access;

export interface AccessKeyTyped {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export const NO_KEY: AccessKeyTyped = { accessKeyId: '', secretAccessKey: '' };

interface KeyFieldsProps {
  readonly typed: AccessKeyTyped;
  readonly errorOf: (field: keyof AccessKeyTyped) => string | undefined;
  onChange(typed: AccessKeyTyped): void;
}

/** An access key, whose secret is in no address, no cache and no storage: whoever holds `typed` forgets it once it is sent. */
export const KeyFields = ({ typed, errorOf, onChange }: KeyFieldsProps) => (
  <SpaceBetween size="m">
    <FormField label={words.keyId} errorText={errorOf('accessKeyId')}>
      <Input
        value={typed.accessKeyId}
        autoComplete={false}
        spellcheck={false}
        onChange={({ detail }) => onChange({ ...typed, accessKeyId: detail.value.trim() })}
      />
    </FormField>
    <FormField label={words.secret} description={words.secretAbout} errorText={errorOf('secretAccessKey')}>
      <Input
        type="password"
        value={typed.secretAccessKey}
        autoComplete={false}
        spellcheck={false}
        onChange={({ detail }) => onChange({ ...typed, secretAccessKey: detail.value.trim() })}
      />
    </FormField>
  </SpaceBetween>
);
