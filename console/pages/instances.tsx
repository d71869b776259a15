import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Select, { type SelectProps } from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import TextFilter from '@cloudscape-design/components/text-filter';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { Protection } from '../../core/contracts/instances.ts';
import { call } from '../api.ts';
import { onTenant } from '../on-tenant.ts';
import { instanceColumns } from '../parts/instances/instance-columns.tsx';
import { NotReached } from '../parts/instances/not-reached.tsx';
import { NoData } from '../parts/no-data.tsx';
import { Empty } from '../parts/states.tsx';
import { TenantChoice, useTenant } from '../parts/tenant-choice.tsx';
import { texts } from '../texts.ts';

const words = texts.instances;
/** The tenant's account is asked for each of these. */
const REFRESH_MS = 60_000;

const KINDS: readonly SelectProps.Option[] = [
  { value: '', label: words.everyProtection },
  ...Protection.options.map((value) => ({ value, label: words.protections[value] })),
];

const useFilters = () => {
  const [search, setSearch] = useSearchParams();
  const set = (name: 'text' | 'protection', value: string): void =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === '') after.delete(name);
        else after.set(name, value);
        return after;
      },
      { replace: name === 'text' },
    );
  const text = search.get('text') ?? undefined;
  return { text, protection: Protection.options.find((each) => each === search.get('protection')), set };
};

const Instances = () => {
  const { tenant, isChosen } = useTenant();
  const { text, protection, set } = useFilters();
  const [typed, setTyped] = useState(text ?? '');
  const { route, on } = onTenant('listInstances', tenant);
  const { data, error, isPending, isFetching, refetch, ...pages } = useInfiniteQuery({
    queryKey: ['instances', tenant, text, protection],
    queryFn: ({ signal, pageParam }) =>
      call(route, { params: on, query: { limit: 50, next: pageParam, text, protection }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    enabled: isChosen,
    refetchInterval: REFRESH_MS,
    staleTime: REFRESH_MS / 4,
  });
  const items = data?.pages.flatMap((page) => page.items) ?? [];
  if (error && !data) return <NoData error={error} retry={() => void refetch()} />;
  return (
    <Table
      variant="full-page"
      stickyHeader
      wrapLines
      trackBy="instanceId"
      items={items}
      loading={isChosen && isPending}
      loadingText={words.loading}
      columnDefinitions={instanceColumns(tenant)}
      header={
        <SpaceBetween size="m">
          <Header
            variant="awsui-h1-sticky"
            description={words.about}
            counter={data ? texts.jobs.shown(items.length, pages.hasNextPage) : undefined}
            actions={
              isChosen ? (
                <Button
                  iconName="refresh"
                  ariaLabel={words.again}
                  loading={isFetching && !isPending && !pages.isFetchingNextPage}
                  onClick={() => void refetch()}
                />
              ) : undefined
            }
          >
            {words.header}
          </Header>
          <NotReached why={data?.pages[0]?.accountNotReached} />
        </SpaceBetween>
      }
      filter={
        <div className="filters">
          <TenantChoice />
          {isChosen ? (
            <>
              <TextFilter
                filteringText={typed}
                filteringPlaceholder={words.find}
                filteringAriaLabel={words.find}
                onChange={({ detail }) => setTyped(detail.filteringText)}
                onDelayedChange={({ detail }) => set('text', detail.filteringText.trim())}
              />
              <Select
                inlineLabelText={words.protection}
                options={KINDS}
                selectedOption={KINDS.find(({ value }) => value === (protection ?? '')) ?? null}
                onChange={({ detail }) => set('protection', detail.selectedOption.value ?? '')}
              />
            </>
          ) : null}
        </div>
      }
      empty={
        isChosen ? (
          <Empty header={words.empty} text={words.emptyText} />
        ) : (
          <Empty header={words.chooseTenant} text={words.chooseTenantText} />
        )
      }
      footer={
        pages.hasNextPage ? (
          <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {words.more}
          </Button>
        ) : undefined
      }
    />
  );
};

export default Instances;
