/** Where the data comes from, the tags, the key, and what hardly anybody changes. */
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import FormField from '@cloudscape-design/components/form-field';
import RadioGroup from '@cloudscape-design/components/radio-group';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Purpose, Transport } from '../../../core/contracts/plans.ts';
import { texts } from '../../texts.ts';
import type { RestoreForm } from './form.ts';
import { TextField } from './text-field.tsx';

const words = texts.restore.options;
const FROMS = ['nearest', 'snapshot', 'library'] as const;
const TAG_WAYS = ['default', 'restore', 'leave-out'] as const;

/** The first option is the default, of which nothing is said. */
const Choice = ({ form, name, field, label, about, options }: ChoiceProps) => {
  const value = form.draft[name] || (options[0] ?? '');
  return (
    <FormField label={label} description={about} errorText={form.problemOf(field)}>
      <Select
        options={options.map((each) => ({ value: each, label: each }))}
        selectedOption={{ value, label: value }}
        onChange={({ detail: { selectedOption } }) =>
          form.change({ [name]: selectedOption.value === options[0] ? '' : (selectedOption.value ?? '') })
        }
      />
    </FormField>
  );
};
interface ChoiceProps {
  readonly form: RestoreForm;
  readonly name: string;
  readonly field: string;
  readonly label: string;
  readonly about: string;
  readonly options: readonly string[];
}

export const OptionsStep = (form: RestoreForm) => {
  const { draft, change, problemOf, isOperator } = form;
  const more = ['queueDeadlineSeconds', 'purpose', 'transport'];
  const isSaid = [draft.deadline, draft.purpose, draft.transport].some(Boolean) || more.some(problemOf);
  return (
    <SpaceBetween size="l">
      <Container>
        <SpaceBetween size="l">
          <FormField label={words.from} errorText={problemOf('from')}>
            <RadioGroup
              value={draft.from || 'nearest'}
              items={FROMS.map((value) => ({
                value,
                label: words.froms[value].label,
                description: value === 'snapshot' && isOperator ? words.operatorSnapshot : words.froms[value].about,
              }))}
              onChange={({ detail }) => change({ from: detail.value === 'nearest' ? '' : detail.value })}
            />
          </FormField>
          <FormField label={words.tags} description={words.tagsAbout} errorText={problemOf('volumeTags')}>
            <RadioGroup
              value={draft.tags || 'default'}
              items={TAG_WAYS.map((value) => ({
                value,
                label: words.tagWays[value].label,
                description: words.tagWays[value].about,
              }))}
              onChange={({ detail }) => change({ tags: detail.value === 'default' ? '' : detail.value })}
            />
          </FormField>
          <TextField
            form={form}
            name="kms"
            field="kmsKeyId"
            label={words.kms}
            about={words.kmsAbout}
            placeholder={texts.restore.where.asItWas}
          />
        </SpaceBetween>
      </Container>
      <ExpandableSection variant="container" headerText={words.more} defaultExpanded={isSaid}>
        <SpaceBetween size="l">
          <TextField
            form={form}
            name="deadline"
            field="queueDeadlineSeconds"
            label={words.deadline}
            about={words.deadlineAbout}
            placeholder="60"
            input={{ inputMode: 'numeric' }}
          />
          <Choice
            form={form}
            name="purpose"
            field="purpose"
            label={words.purpose}
            about={words.purposeAbout}
            options={Purpose.options}
          />
          {isOperator ? (
            <Choice
              form={form}
              name="transport"
              field="transport"
              label={words.transport}
              about={words.transportAbout}
              options={Transport.options}
            />
          ) : null}
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  );
};
