import Multiselect from '@cloudscape-design/components/multiselect';
import { texts } from '../../texts.ts';

const NAMES: Readonly<Record<string, string>> = texts.hypervisor.features;

/** Names that the contract calls features; others, typed into the address by hand, are left out. */
export const featuresIn = (text: string | null): readonly string[] =>
  (text ?? '').split(',').filter((feature) => NAMES[feature] !== undefined);

interface FeatureChoiceProps {
  readonly chosen: readonly string[];
  /** Of nothing chosen. */
  readonly placeholder: string;
  readonly without?: readonly string[];
  readonly ariaLabel?: string;
  onChange(features: readonly string[]): void;
}

const optionOf = (value: string) => ({ value, label: NAMES[value] ?? value, description: value });

/** What a tenant's permissions are divided by. */
export const FeatureChoice = ({ chosen, placeholder, without = [], ariaLabel, onChange }: FeatureChoiceProps) => (
  <Multiselect
    placeholder={placeholder}
    ariaLabel={ariaLabel}
    options={Object.keys(NAMES)
      .filter((feature) => !without.includes(feature))
      .map(optionOf)}
    selectedOptions={chosen.map(optionOf)}
    filteringType="auto"
    onChange={({ detail }) => onChange(detail.selectedOptions.flatMap(({ value }) => value ?? []))}
  />
);
