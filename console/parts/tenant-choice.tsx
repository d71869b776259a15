/** Whose things a page shows: a tenant's own, or those of the tenant that an operator has chosen. */
import Select, { type SelectProps } from '@cloudscape-design/components/select';
import { useParams, useSearchParams } from 'react-router';
import { texts } from '../texts.ts';
import { useWho } from '../who.tsx';
import { asked } from './select-state.ts';
import { useHypervisors } from './tenants.ts';

interface ChosenTenant {
  /** Of an operator: in the path of a page about one thing, else in the query of a list. Of a tenant: undefined. */
  readonly tenant: string | undefined;
  /** There is somebody whose things can be asked for; an operator may not have chosen yet. */
  readonly isChosen: boolean;
}

export const useTenant = (): ChosenTenant => {
  const isOperator = useWho().kind === 'operator';
  const { tenant: inPath } = useParams();
  const [search] = useSearchParams();
  const tenant = isOperator ? (inPath ?? search.get('tenant') ?? undefined) : undefined;
  return { tenant, isChosen: !isOperator || tenant !== undefined };
};

interface TenantChoiceProps {
  /** What the choice of no tenant is called, where a page has one. */
  readonly everyTenant?: string;
  /** What else in the address is of one tenant only, and goes with it. */
  readonly ofOne?: readonly string[];
}

/** Of operators; its choice is `?tenant=` in the address, and takes pages of the list before (`next`) away. */
export const TenantChoice = ({ everyTenant, ofOne = [] }: TenantChoiceProps) => {
  const isOperator = useWho().kind === 'operator';
  const [search, setSearch] = useSearchParams();
  const hypervisors = useHypervisors();
  if (!isOperator) return null;
  const chosen = search.get('tenant') ?? '';
  const options: SelectProps.Option[] = [
    ...(everyTenant === undefined ? [] : [{ value: '', label: everyTenant }]),
    ...(hypervisors.data ?? [])
      .filter(({ kind }) => kind === 'tenant')
      .map(({ hypervisorId, name }) => ({ value: hypervisorId, label: name, description: hypervisorId })),
  ];
  const named = options.find(({ value }) => value === chosen);
  return (
    <Select
      inlineLabelText={texts.tenant.label}
      placeholder={texts.tenant.choose}
      options={options}
      selectedOption={named ?? (chosen === '' ? null : { value: chosen, label: chosen })}
      {...asked(hypervisors)}
      filteringType={options.length > 10 ? 'auto' : 'none'}
      empty={texts.tenant.none}
      onChange={({ detail }) =>
        setSearch((before) => {
          const after = new URLSearchParams(before);
          for (const name of ['next', ...ofOne]) after.delete(name);
          if (detail.selectedOption.value) after.set('tenant', detail.selectedOption.value);
          else after.delete('tenant');
          return after;
        })
      }
    />
  );
};
