import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TimeInput from '@cloudscape-design/components/time-input';
import { texts } from '../../texts.ts';
import { DAYS, KINDS, type ScheduleDraft, scheduleOf, scheduleProblem, UNITS } from './schedule-draft.ts';

const words = texts.plan.schedule;

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')].map((value) => ({
  value,
}));
const UNIT_OPTIONS = UNITS.map((value) => ({ value, label: words.units[value] }));
const DAY_OPTIONS = DAYS.map((value) => ({ value, label: words.days[value] }));

interface Props {
  readonly draft: ScheduleDraft;
  readonly label: string;
  /** Whether there may be none. */
  readonly canBeNone: boolean;
  readonly error: string | undefined;
  onChange(draft: ScheduleDraft): void;
}

const When = ({ draft, onChange }: Pick<Props, 'draft' | 'onChange'>) => {
  const { kind, time, days, every, unit, cron } = draft;
  if (kind === 'none') return null;
  if (kind === 'cron')
    return (
      <FormField label={words.cron} constraintText={words.cronAbout}>
        <Input value={cron} onChange={({ detail }) => onChange({ ...draft, cron: detail.value })} />
      </FormField>
    );
  if (kind === 'every')
    return (
      <div className="side-by-side">
        <FormField label={words.every}>
          <Input type="number" value={every} onChange={({ detail }) => onChange({ ...draft, every: detail.value })} />
        </FormField>
        <FormField label={words.unit}>
          <Select
            options={UNIT_OPTIONS}
            selectedOption={UNIT_OPTIONS.find(({ value }) => value === unit) ?? null}
            onChange={({ detail }) =>
              onChange({ ...draft, unit: UNITS.find((each) => each === detail.selectedOption.value) ?? unit })
            }
          />
        </FormField>
      </div>
    );
  return (
    <div className="side-by-side">
      <FormField label={words.time}>
        <TimeInput
          format="hh:mm"
          placeholder="hh:mm"
          value={time}
          onChange={({ detail }) => onChange({ ...draft, time: detail.value })}
        />
      </FormField>
      <FormField label={words.onDays}>
        <Multiselect
          options={DAY_OPTIONS}
          placeholder={words.everyDay}
          selectedOptions={DAY_OPTIONS.filter(({ value }) => days.includes(value))}
          onChange={({ detail }) => onChange({ ...draft, days: detail.selectedOptions.map(({ value = '' }) => value) })}
        />
      </FormField>
    </div>
  );
};

/** When it runs: at a time of the day, so often, or by an expression; what cannot be read is said at once. */
export const ScheduleEditor = ({ draft, label, canBeNone, error, onChange }: Props) => {
  const options = KINDS.filter((kind) => canBeNone || kind !== 'none').map((value) => ({
    value,
    label: words.kinds[value],
  }));
  const schedule = scheduleOf(draft);
  return (
    <SpaceBetween size="m">
      <FormField label={label} errorText={(schedule && scheduleProblem(schedule)) ?? error}>
        <Select
          options={options}
          selectedOption={options.find(({ value }) => value === draft.kind) ?? null}
          onChange={({ detail }) =>
            onChange({ ...draft, kind: KINDS.find((each) => each === detail.selectedOption.value) ?? 'none' })
          }
        />
      </FormField>
      <When draft={draft} onChange={onChange} />
      {draft.kind === 'daily' || draft.kind === 'cron' ? (
        <FormField label={words.timeZone}>
          <Select
            filteringType="auto"
            virtualScroll
            options={ZONES}
            selectedOption={{ value: draft.timeZone }}
            onChange={({ detail }) => onChange({ ...draft, timeZone: detail.selectedOption.value ?? 'UTC' })}
          />
        </FormField>
      ) : null}
    </SpaceBetween>
  );
};
