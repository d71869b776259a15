/** The wizard's steps, by what is added; those to be filled in come before those that need it to be there. */
import type { WizardProps } from '@cloudscape-design/components/wizard';
import type { HypervisorView } from '../../../../core/contracts/api.ts';
import { texts } from '../../../texts.ts';

const words = texts.addHypervisor;

export interface Checked {
  /** The features whose permissions were looked for. */
  readonly of: readonly string[];
  readonly complete: boolean;
  /** Somebody goes on although something is missing, or was not looked for. */
  readonly goOn: boolean;
}

/** What is known of these features: nothing, where others were looked at. */
export const checkedOf = (checked: Checked | undefined, features: readonly string[]): Checked =>
  checked?.of.join() === features.join() ? checked : { of: features, complete: false, goOn: false };

/** Nothing is left of what the wizard does. */
export const isSetUp = ({ kind, boundTo, state }: Pick<HypervisorView, 'kind' | 'boundTo' | 'state'>): boolean =>
  kind === 'tenant' ? boundTo !== undefined : state === 'ready';

export type StepName = 'what' | 'reach' | 'lends' | 'there' | 'check' | 'bind';

export const stepsOf = (kind: 'tenant' | 'service'): readonly StepName[] =>
  kind === 'tenant' ? ['what', 'reach', 'check', 'bind'] : ['what', 'reach', 'lends', 'there', 'check'];

/** The last that is filled in: what follows it is another request. */
export const lastToFill = (kind: 'tenant' | 'service'): StepName => (kind === 'tenant' ? 'reach' : 'lends');

const OF_WHAT = ['name', 'accountId', 'region', 'kind'];

/** Where a field of the request is filled in. */
export const stepOfField = (field: string, kind: 'tenant' | 'service'): StepName => {
  if (OF_WHAT.includes(field)) return 'what';
  return field.startsWith('auth') || kind === 'tenant' ? 'reach' : 'lends';
};

/** Titles and words are those of `texts`; `contents` what there is to see in each. */
export const wizardSteps = (
  kind: 'tenant' | 'service',
  contents: Readonly<Partial<Record<StepName, WizardProps.Step['content']>>>,
  errors: Readonly<Partial<Record<StepName, WizardProps.Step['errorText']>>> = {},
): WizardProps.Step[] =>
  stepsOf(kind).map((name) => {
    const { title, about } = words[name];
    return {
      title,
      description: typeof about === 'string' ? about : about[kind],
      content: contents[name] ?? null,
      errorText: errors[name],
    };
  });

/** What a wizard of Cloudscape says that the page's language has no words for. */
export const wizardWords: WizardProps.I18nStrings = {
  stepNumberLabel: words.step,
  collapsedStepsLabel: words.steps,
  navigationAriaLabel: words.navigation,
  cancelButton: words.cancel,
  previousButton: words.previous,
  nextButton: words.next,
};
