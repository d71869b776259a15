import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Grid from '@cloudscape-design/components/grid';
import Input from '@cloudscape-design/components/input';
import Multiselect from '@cloudscape-design/components/multiselect';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { texts } from '../../texts.ts';
import {
  CONDITIONS,
  type Condition,
  type Joined,
  MOST_JOINED,
  MOST_LEVELS,
  newCondition,
  newJoined,
  type RuleDraft,
} from './rule-draft.ts';

const words = texts.vmGroup.rules;

export interface KnownInstance {
  readonly instanceId: string;
  readonly name?: string | undefined;
}

interface Shared {
  /** To choose from. */
  readonly instances: readonly KnownInstance[];
  /** By the id of a part of the rules. */
  errorOf(id: string): string | undefined;
}

interface ValueProps {
  readonly condition: Condition;
  readonly instances: readonly KnownInstance[];
  onChange(changed: Partial<Condition>): void;
}

const Value = ({ condition: { kind, key, value, instanceIds }, instances, onChange }: ValueProps) => {
  if (kind === 'all') return <Box padding={{ top: 'xxs' }}>{words.all}</Box>;
  if (kind === 'instanceIds') {
    const known = new Map(instances.map(({ instanceId, name }) => [instanceId, name]));
    const optionOf = (id: string) => ({ value: id, label: known.get(id) ?? id, description: id });
    return (
      <Multiselect
        ariaLabel={words.kinds.instanceIds}
        placeholder={words.chooseInstances}
        filteringType="auto"
        tokenLimit={3}
        options={[...new Set([...known.keys(), ...instanceIds])].map(optionOf)}
        selectedOptions={instanceIds.map(optionOf)}
        onChange={({ detail }) => onChange({ instanceIds: detail.selectedOptions.map((each) => each.value ?? '') })}
        empty={words.noInstances}
      />
    );
  }
  if (kind !== 'tag')
    return (
      <Input
        ariaLabel={words.kinds[kind]}
        placeholder={words.placeholders[kind]}
        value={value}
        onChange={({ detail }) => onChange({ value: detail.value })}
      />
    );
  return (
    <Grid gridDefinition={[{ colspan: 6 }, { colspan: 6 }]}>
      <Input
        ariaLabel={words.key}
        placeholder={words.key}
        value={key}
        onChange={({ detail }) => onChange({ key: detail.value })}
      />
      <Input
        ariaLabel={words.value}
        placeholder={words.anyValue}
        value={value}
        onChange={({ detail }) => onChange({ value: detail.value })}
      />
    </Grid>
  );
};

interface RowProps extends Shared {
  readonly condition: Condition;
  onChange(changed: Condition): void;
  onRemove(): void;
}

const ConditionRow = ({ condition, instances, errorOf, onChange, onRemove }: RowProps) => {
  const options = CONDITIONS.map((kind) => ({ value: kind, label: words.kinds[kind] }));
  return (
    <FormField stretch errorText={errorOf(condition.id)}>
      <div className="condition">
        <Select
          ariaLabel={words.kind}
          options={options}
          selectedOption={options.find(({ value }) => value === condition.kind) ?? null}
          onChange={({ detail }) => {
            const kind = CONDITIONS.find((each) => each === detail.selectedOption.value) ?? 'tag';
            onChange({ ...condition, kind, value: '' });
          }}
        />
        <Value
          condition={condition}
          instances={instances}
          onChange={(changed) => onChange({ ...condition, ...changed })}
        />
        <Button variant="icon" iconName="remove" ariaLabel={words.remove} onClick={onRemove} />
      </div>
    </FormField>
  );
};

interface EditorProps extends Shared {
  readonly draft: Joined;
  /** Of this within the others, from 1. */
  readonly level?: number;
  /** What the parts are called for who does not see them. */
  readonly label: string;
  onChange(changed: Joined): void;
}

/** Conditions, of which all must hold or one is enough; any of them may be such conditions again. */
export const RuleEditor = ({ draft, level = 1, label, onChange, ...shared }: EditorProps) => {
  const { rules, join } = draft;
  const setRules = (changed: readonly RuleDraft[]): void => onChange({ ...draft, rules: changed });
  const replace = (i: number, by: RuleDraft): void => setRules(rules.with(i, by));
  const removeAt = (i: number): void => setRules(rules.toSpliced(i, 1));
  return (
    <SpaceBetween size="s">
      {rules.length > 1 ? (
        <SegmentedControl
          label={label}
          options={[
            { id: 'and', text: words.and },
            { id: 'or', text: words.or },
          ]}
          selectedId={join}
          onChange={({ detail }) => onChange({ ...draft, join: detail.selectedId === 'or' ? 'or' : 'and' })}
        />
      ) : null}
      {rules.map((rule, i) =>
        'join' in rule ? (
          <Container key={rule.id}>
            <SpaceBetween size="s">
              <RuleEditor
                {...shared}
                draft={rule}
                label={label}
                level={level + 1}
                onChange={(changed) => replace(i, changed)}
              />
              <Button variant="inline-link" onClick={() => removeAt(i)}>
                {words.removeGroup}
              </Button>
            </SpaceBetween>
          </Container>
        ) : (
          <ConditionRow
            key={rule.id}
            {...shared}
            condition={rule}
            onChange={(changed) => replace(i, changed)}
            onRemove={() => removeAt(i)}
          />
        ),
      )}
      {shared.errorOf(draft.id) ? <FormField errorText={shared.errorOf(draft.id)} /> : null}
      <SpaceBetween direction="horizontal" size="xs">
        <Button disabled={rules.length >= MOST_JOINED} onClick={() => setRules([...rules, newCondition()])}>
          {words.add}
        </Button>
        {level < MOST_LEVELS && rules.length > 0 ? (
          <Button
            variant="normal"
            disabled={rules.length >= MOST_JOINED}
            onClick={() => setRules([...rules, newJoined([newCondition(), newCondition()], 'or')])}
          >
            {words.addGroup}
          </Button>
        ) : null}
      </SpaceBetween>
    </SpaceBetween>
  );
};
