import Select from '@cloudscape-design/components/select';
import type { HypervisorView } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';
import { asked } from '../select-state.ts';
import { useHypervisors } from '../tenants.ts';

const words = texts.hypervisor.binding;

const servicesOf = (hypervisors: readonly HypervisorView[] = []): readonly HypervisorView[] =>
  hypervisors.filter(({ kind }) => kind === 'service');

export const useServices = () => {
  const { data, ...rest } = useHypervisors();
  return { ...rest, services: servicesOf(data) };
};

const optionOf = ({ hypervisorId, name, accountId, region, state, accessNodes = 'manual' }: HypervisorView) => ({
  value: hypervisorId,
  label: name,
  description: hypervisorId,
  tags: [accountId, region, texts.hypervisor.nodes[accessNodes]],
  ...(state === undefined || state === 'ready' ? {} : { labelTag: texts.hypervisors.states[state] }),
});

interface ServiceChoiceProps {
  readonly chosen: string | undefined;
  /** Not offered: the one that there is already. */
  readonly without?: string | undefined;
  readonly inlineLabel?: string;
  onChange(serviceId: string): void;
}

/** One of the service hypervisors; one that is not ready yet says so. */
export const ServiceChoice = ({ chosen, without, inlineLabel, onChange }: ServiceChoiceProps) => {
  const hypervisors = useHypervisors();
  const services = servicesOf(hypervisors.data);
  const options = services.filter(({ hypervisorId }) => hypervisorId !== without).map(optionOf);
  const named = options.find(({ value }) => value === chosen);
  return (
    <Select
      {...(inlineLabel === undefined ? {} : { inlineLabelText: inlineLabel })}
      placeholder={words.choose}
      options={options}
      selectedOption={named ?? (chosen === undefined ? null : { value: chosen, label: chosen })}
      {...asked(hypervisors)}
      filteringType={options.length > 10 ? 'auto' : 'none'}
      empty={words.noService}
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? '')}
    />
  );
};
