import Multiselect from '@cloudscape-design/components/multiselect';
import { FEATURE_NAMES } from './features.ts';

interface FeatureChoiceProps {
  readonly chosen: readonly string[];
  /** Of nothing chosen. */
  readonly placeholder: string;
  readonly without?: readonly string[];
  readonly ariaLabel?: string;
  onChange(features: readonly string[]): void;
}

const optionOf = (value: string) => ({ value, label: FEATURE_NAMES[value] ?? value, description: value });

/** What a tenant's permissions are divided by. */
export const FeatureChoice = ({ chosen, placeholder, without = [], ariaLabel, onChange }: FeatureChoiceProps) => (
  <Multiselect
    placeholder={placeholder}
    ariaLabel={ariaLabel}
    options={Object.keys(FEATURE_NAMES)
      .filter((feature) => !without.includes(feature))
      .map(optionOf)}
    selectedOptions={chosen.map(optionOf)}
    filteringType="auto"
    onChange={({ detail }) => onChange(detail.selectedOptions.flatMap(({ value }) => value ?? []))}
  />
);
