import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import Select, { type SelectProps } from '@cloudscape-design/components/select';
import Table from '@cloudscape-design/components/table';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import { isOver } from '../../cli/job-words.ts';
import { JobState, JobType, type JobView, operatorRoutes } from '../../core/contracts/api.ts';
import { call } from '../api.ts';
import { onTenant } from '../on-tenant.ts';
import { jobColumns } from '../parts/job-columns.tsx';
import { NoData } from '../parts/no-data.tsx';
import { Empty } from '../parts/states.tsx';
import { TenantChoice, useTenant } from '../parts/tenant-choice.tsx';
import { useHypervisors } from '../parts/tenants.ts';
import { texts } from '../texts.ts';
import { useWho } from '../who.tsx';

const words = texts.jobs;
const REFRESH_MS = 4_000;
const REFRESH_QUIET_MS = 15_000;

interface Filters {
  readonly tenant: string | undefined;
  readonly type: string | undefined;
  readonly state: string | undefined;
}

/** The contract's own lists: a parameter that is typed into the address by hand may be anything. */
const valid = <T extends string>(options: readonly T[], given: string | null): T | undefined =>
  options.find((each) => each === given);

const useFilters = () => {
  const [search, setSearch] = useSearchParams();
  const filters: Filters = {
    tenant: useTenant().tenant,
    type: valid(JobType.options, search.get('type')),
    state: valid(JobState.options, search.get('state')),
  };
  const set = (name: keyof Filters, value: string): void =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (value === '') after.delete(name);
      else after.set(name, value);
      return after;
    });
  return { filters, set };
};

/** Page after page, the newest first; all pages that are shown are asked for again while somebody looks. */
const useJobs = (isOperator: boolean, { tenant, type, state }: Filters) => {
  const { route, on } = onTenant('listJobs', tenant);
  const everywhere = isOperator && tenant === undefined;
  return useInfiniteQuery({
    queryKey: ['jobs', tenant, type, state],
    queryFn: ({ signal, pageParam }) =>
      everywhere
        ? call(operatorRoutes.listOpenJobs, { query: { limit: 100, next: pageParam }, signal })
        : call(route, { params: on, query: { limit: 25, next: pageParam, type, state }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    refetchInterval: ({ state: { data } }) =>
      everywhere || data?.pages.some(({ items }) => items.some((job) => !isOver(job))) ? REFRESH_MS : REFRESH_QUIET_MS,
    placeholderData: (before) => before,
  });
};

const Choice = ({ label, every, options, chosen, onChange }: ChoiceProps) => {
  const all: SelectProps.Option[] = [{ value: '', label: every }, ...options];
  return (
    <Select
      inlineLabelText={label}
      options={all}
      selectedOption={all.find(({ value }) => value === (chosen ?? '')) ?? { value: chosen ?? '', label: chosen ?? '' }}
      onChange={({ detail }) => onChange(detail.selectedOption.value ?? '')}
      filteringType={all.length > 10 ? 'auto' : 'none'}
    />
  );
};
interface ChoiceProps {
  readonly label: string;
  readonly every: string;
  readonly options: readonly SelectProps.Option[];
  readonly chosen: string | undefined;
  onChange(value: string): void;
}

const named = (options: readonly string[]): SelectProps.Option[] => options.map((value) => ({ value, label: value }));

const Jobs = () => {
  const isOperator = useWho().kind === 'operator';
  const { filters, set } = useFilters();
  const hypervisors = useHypervisors();
  const jobs = useJobs(isOperator, filters);
  const items: readonly JobView[] = jobs.data?.pages.flatMap((page) => page.items) ?? [];
  const everywhere = isOperator && filters.tenant === undefined;
  const tenants = (hypervisors.data ?? []).filter(({ kind }) => kind === 'tenant');
  if (jobs.error && !jobs.data) return <NoData error={jobs.error} retry={() => void jobs.refetch()} />;
  return (
    <Table
      variant="full-page"
      stickyHeader
      trackBy="jobId"
      items={items}
      loading={jobs.isPending}
      loadingText={words.loading}
      columnDefinitions={jobColumns({ isOperator, tenant: filters.tenant, tenants })}
      header={
        <Header
          variant="awsui-h1-sticky"
          description={words.about}
          counter={jobs.data ? words.shown(items.length, jobs.hasNextPage) : undefined}
        >
          {words.header}
        </Header>
      }
      filter={
        <div className="filters">
          <TenantChoice everyTenant={words.everyTenant} />
          {everywhere ? null : (
            <>
              <Choice
                label={words.type}
                every={words.everyType}
                options={named(JobType.options)}
                chosen={filters.type}
                onChange={(value) => set('type', value)}
              />
              <Choice
                label={words.state}
                every={words.everyState}
                options={named(JobState.options)}
                chosen={filters.state}
                onChange={(value) => set('state', value)}
              />
            </>
          )}
        </div>
      }
      empty={
        <Empty
          header={everywhere ? words.emptyOpen : words.empty}
          text={everywhere ? words.emptyOpenText : words.emptyText}
        />
      }
      footer={
        jobs.hasNextPage ? (
          <Button loading={jobs.isFetchingNextPage} onClick={() => void jobs.fetchNextPage()}>
            {words.more}
          </Button>
        ) : undefined
      }
    />
  );
};

export default Jobs;
