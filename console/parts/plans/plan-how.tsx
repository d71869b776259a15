import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import RadioGroup from '@cloudscape-design/components/radio-group';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { texts } from '../../texts.ts';
import { Choice } from './choice.tsx';
import type { PlanDraft } from './plan-draft.ts';
import { ScheduleEditor } from './schedule-editor.tsx';

const words = texts.plan;

export interface PartProps {
  readonly draft: PlanDraft;
  change(changed: Partial<PlanDraft>): void;
  /** What the API says of a field. */
  at(field: string): string | undefined;
}

const Streaming = ({ draft, change, at }: PartProps) => (
  <SpaceBetween size="m">
    <Choice
      label={words.full}
      options={words.fulls}
      chosen={draft.full}
      error={draft.full === 'days' ? undefined : at('fullEvery')}
      onChange={(full) => change({ full })}
    />
    {draft.full === 'days' ? (
      <FormField label={words.fullDays} errorText={at('fullEvery')}>
        <Input type="number" value={draft.fullDays} onChange={({ detail }) => change({ fullDays: detail.value })} />
      </FormField>
    ) : null}
  </SpaceBetween>
);

const Snapshot = ({ draft, change, at }: PartProps) => (
  <SpaceBetween size="m">
    <Choice
      label={words.copy}
      options={words.copies}
      chosen={draft.copy}
      error={at('copy')}
      onChange={(copy) => change({ copy })}
    />
    {draft.copy === 'on-schedule' ? (
      <ScheduleEditor
        label={words.copySchedule}
        canBeNone={false}
        draft={draft.copySchedule}
        error={at('copy.schedule')}
        onChange={(copySchedule) => change({ copySchedule })}
      />
    ) : null}
    <FormField label={words.copyToRegion} constraintText={words.copyToRegionAbout} errorText={at('copyToRegion')}>
      <Input
        placeholder="eu-west-1"
        value={draft.copyToRegion}
        onChange={({ detail }) => change({ copyToRegion: detail.value })}
      />
    </FormField>
  </SpaceBetween>
);

/** How data is taken: what is asked for depends on the method. */
export const PlanHow = (props: PartProps) => {
  const { draft, change, at } = props;
  return (
    <SpaceBetween size="m">
      {draft.method === 'streaming' ? <Streaming {...props} /> : <Snapshot {...props} />}
      <Choice
        label={words.verify}
        options={words.verifies}
        chosen={draft.verify}
        error={at('verify')}
        onChange={(verify) => change({ verify })}
      />
      <FormField label={words.consistency} errorText={at('consistency')}>
        <RadioGroup
          value={draft.consistency}
          items={(['crash', 'application'] as const).map((value) => ({
            value,
            label: words.consistencies[value].label,
            description: words.consistencies[value].about,
          }))}
          onChange={({ detail }) => change({ consistency: detail.value === 'application' ? 'application' : 'crash' })}
        />
      </FormField>
      {draft.consistency === 'application' ? (
        <SpaceBetween size="m">
          <FormField label={words.freeze} constraintText={words.guestAbout} errorText={at('consistency.freeze')}>
            <Textarea rows={2} value={draft.freeze} onChange={({ detail }) => change({ freeze: detail.value })} />
          </FormField>
          <FormField label={words.thaw} constraintText={words.guestAbout} errorText={at('consistency.thaw')}>
            <Textarea rows={2} value={draft.thaw} onChange={({ detail }) => change({ thaw: detail.value })} />
          </FormField>
        </SpaceBetween>
      ) : null}
    </SpaceBetween>
  );
};
