import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useSearchParams } from 'react-router';
import type { HypervisorView } from '../../core/contracts/api.ts';
import { ADD_HYPERVISOR, hypervisorAddress, setUpAddress } from '../addresses.ts';
import { Go, useFollow } from '../parts/go.tsx';
import { HypervisorState } from '../parts/hypervisors/state.tsx';
import { NoData } from '../parts/no-data.tsx';
import { Empty } from '../parts/states.tsx';
import { useHypervisors } from '../parts/tenants.ts';
import { texts } from '../texts.ts';

const words = texts.hypervisors;
const KINDS = ['tenant', 'service'] as const;

const kindOptions = [
  { value: '', label: words.everyKind },
  ...KINDS.map((value) => ({ value, label: words.kinds[value] })),
];

const isFound = ({ name, accountId, hypervisorId }: HypervisorView, find: string): boolean =>
  [name, accountId, hypervisorId].some((text) => text.toLowerCase().includes(find.toLowerCase()));

const Hypervisors = () => {
  const [search, setSearch] = useSearchParams();
  const follow = useFollow();
  const { data, error, isPending, refetch } = useHypervisors();
  const kind = KINDS.find((each) => each === search.get('kind'));
  const find = search.get('find') ?? '';
  const set = (name: string, value: string): void =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === '') after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: true },
    );
  if (error && !data) return <NoData error={error} retry={() => void refetch()} />;
  const all = data ?? [];
  const items = all.filter((each) => (kind === undefined || each.kind === kind) && isFound(each, find));
  const nameOf = (id: string) => all.find(({ hypervisorId }) => hypervisorId === id)?.name ?? id;
  const add = (
    <Button variant="primary" href={ADD_HYPERVISOR} onFollow={follow}>
      {words.add}
    </Button>
  );
  return (
    <Table
      variant="full-page"
      stickyHeader
      trackBy="hypervisorId"
      items={items}
      loading={isPending}
      loadingText={words.loading}
      header={
        <Header
          variant="awsui-h1-sticky"
          description={words.about}
          counter={data ? `(${items.length})` : undefined}
          actions={add}
        >
          {words.header}
        </Header>
      }
      filter={
        <div className="filters">
          <TextFilter
            filteringText={find}
            filteringPlaceholder={words.find}
            filteringAriaLabel={words.find}
            countText={find === '' ? '' : words.matches(items.length)}
            onChange={({ detail }) => set('find', detail.filteringText)}
          />
          <Select
            inlineLabelText={words.kind}
            options={kindOptions}
            selectedOption={kindOptions.find(({ value }) => value === (kind ?? '')) ?? null}
            onChange={({ detail }) => set('kind', detail.selectedOption.value ?? '')}
          />
        </div>
      }
      empty={
        all.length > 0 ? (
          <Empty
            header={words.noMatch}
            text={words.noMatchText}
            action={<Button onClick={() => setSearch({}, { replace: true })}>{words.clear}</Button>}
          />
        ) : (
          <Empty header={words.empty} text={words.emptyText} action={add} />
        )
      }
      columnDefinitions={[
        {
          id: 'name',
          header: words.columns.name,
          isRowHeader: true,
          cell: ({ hypervisorId, name }) => <Go href={hypervisorAddress(hypervisorId)}>{name}</Go>,
        },
        { id: 'kind', header: words.columns.kind, cell: (item) => words.kinds[item.kind] },
        { id: 'account', header: words.columns.account, cell: ({ accountId }) => accountId },
        { id: 'region', header: words.columns.region, cell: ({ region }) => region },
        { id: 'auth', header: words.columns.auth, cell: ({ authMethod }) => words.auth[authMethod] },
        { id: 'state', header: words.columns.state, cell: (item) => <HypervisorState hypervisor={item} /> },
        {
          id: 'boundTo',
          header: words.columns.boundTo,
          cell: ({ kind: own, boundTo, hypervisorId }) => {
            if (own === 'service') return texts.none;
            if (boundTo === undefined) return <Go href={setUpAddress(hypervisorId)}>{texts.hypervisor.goOn}</Go>;
            return <Go href={hypervisorAddress(boundTo)}>{nameOf(boundTo)}</Go>;
          },
        },
        {
          id: 'approvals',
          header: words.columns.approvals,
          cell: ({ kind: own, approvals }) => {
            if (own === 'service') return texts.none;
            return approvals ? words.twoPerson : words.onePerson;
          },
        },
      ]}
    />
  );
};

export default Hypervisors;
