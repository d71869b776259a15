import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { bytes, usd } from '../../../cli/units.ts';
import { operatorRoutes } from '../../../core/contracts/api.ts';
import type { CostsPage, TenantCost } from '../../../core/contracts/costs.ts';
import { hypervisorAddress } from '../../addresses.ts';
import { call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';
import { Empty, Failed, Waiting } from '../states.tsx';
import { monthsUntil } from './months.ts';

const words = texts.overview.costs;
const REFRESH_MS = 300_000;
const MONTHS = 13;

/** All pages, as one; all of the month that the first is of. */
const readCosts = async (asked: string | undefined, signal: AbortSignal): Promise<CostsPage> => {
  const query = { limit: 100, month: asked };
  let page = await call(operatorRoutes.listCosts, { query, signal });
  const { month } = page;
  const items = [...page.items];
  while (page.next !== undefined) {
    page = await call(operatorRoutes.listCosts, { query: { ...query, month, next: page.next }, signal });
    items.push(...page.items);
  }
  return { ...page, items };
};

const sum = (items: readonly TenantCost[], of: (each: TenantCost['nanoUsd']) => number): number =>
  items.reduce((all, { nanoUsd }) => all + of(nanoUsd), 0);
const ofBlocks = ({ blocksRead, blocksWritten, blockLists }: TenantCost['nanoUsd']): number =>
  blocksRead + blocksWritten + blockLists;
const ofRequests = ({ s3Puts, s3Gets, kms }: TenantCost['nanoUsd']): number => s3Puts + s3Gets + kms;

const pieces = (...counts: readonly number[]): string =>
  counts.reduce((all, count) => all + count, 0).toLocaleString('en-US');

const Amount = ({ nano, of }: { readonly nano: number; readonly of: string }) => (
  <>
    <div>{usd(nano)}</div>
    <Box variant="small" color="text-body-secondary">
      {of}
    </Box>
  </>
);

const ByTenant = ({ costs: { items } }: { readonly costs: CostsPage }) => (
  <Table
    variant="embedded"
    trackBy="tenantId"
    items={items.toSorted((a, b) => b.nanoUsd.total - a.nanoUsd.total || a.name.localeCompare(b.name))}
    columnDefinitions={[
      {
        id: 'tenant',
        header: words.columns.tenant,
        isRowHeader: true,
        cell: ({ tenantId, name, removedAt }) =>
          removedAt ? (
            <>
              <div>{name}</div>
              <Box variant="small" color="text-body-secondary">
                {words.removed(removedAt.slice(0, 10))}
              </Box>
            </>
          ) : (
            <Go href={hypervisorAddress(tenantId)}>{name}</Go>
          ),
      },
      {
        id: 'blocks',
        header: words.columns.blocks,
        cell: ({ nanoUsd, calls }) => (
          <Amount nano={ofBlocks(nanoUsd)} of={words.blocks(pieces(calls.blocksRead), pieces(calls.blocksWritten))} />
        ),
      },
      {
        id: 'requests',
        header: words.columns.requests,
        cell: ({ nanoUsd, calls }) => (
          <Amount nano={ofRequests(nanoUsd)} of={words.requests(pieces(calls.s3Puts, calls.s3Gets, calls.kms))} />
        ),
      },
      {
        id: 'library',
        header: words.columns.library,
        cell: ({ nanoUsd, library }) => (
          <Amount nano={nanoUsd.library} of={library ? bytes(library.packBytes) : words.notCounted} />
        ),
      },
      {
        id: 'total',
        header: words.columns.total,
        cell: ({ nanoUsd }) => <Box variant="strong">{usd(nanoUsd.total)}</Box>,
      },
    ]}
  />
);

const Costs = () => {
  const [search, setSearch] = useSearchParams();
  const month = search.get('month') ?? undefined;
  const { data, error, refetch } = useQuery({
    queryKey: ['costs', month],
    queryFn: ({ signal }) => readCosts(month, signal),
    refetchInterval: REFRESH_MS,
  });
  const months = monthsUntil(Date.now(), MONTHS, month).map((value) => ({ value }));
  const content = () => {
    if (!data && error) return <Failed error={error} retry={() => void refetch()} />;
    if (!data) return <Waiting text={words.loading} />;
    if (data.items.length === 0) return <Empty header={words.empty} text={words.emptyText} />;
    return (
      <SpaceBetween size="s">
        <ByTenant costs={data} />
        <ExpandableSection headerText={words.notIncluded}>
          <ul>
            {data.notIncluded.map((each) => (
              <li key={each}>{each}</li>
            ))}
          </ul>
        </ExpandableSection>
      </SpaceBetween>
    );
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={data && data.items.length > 0 ? words.total(usd(sum(data.items, ({ total }) => total))) : undefined}
          description={data ? words.about(data.prices.region, data.prices.month) : undefined}
          actions={
            <Select
              ariaLabel={words.month}
              options={months}
              selectedOption={{ value: data?.month ?? month ?? months[0]?.value ?? '' }}
              onChange={({ detail }) =>
                setSearch(
                  (before) => {
                    before.set('month', detail.selectedOption.value ?? '');
                    return before;
                  },
                  { replace: true },
                )
              }
            />
          }
        >
          {words.header}
        </Header>
      }
    >
      {content()}
    </Container>
  );
};

export default Costs;
