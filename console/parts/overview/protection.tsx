import Box, { type BoxProps } from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { operatorRoutes } from '../../../core/contracts/api.ts';
import type { TenantProtection } from '../../../core/contracts/overview.ts';
import { call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { readAll } from '../read-all.ts';
import { Empty, Failed, Waiting } from '../states.tsx';

const words = texts.overview;
/** Each time every tenant's account is asked. */
const REFRESH_MS = 300_000;

const Count = ({ of, color }: { readonly of: number; readonly color: BoxProps.Color }) => (
  <Box variant="awsui-value-large" color={of > 0 ? color : 'text-status-inactive'}>
    {of}
  </Box>
);

const Numbers = ({ tenants }: { readonly tenants: readonly TenantProtection[] }) => {
  const sum = (of: (each: TenantProtection) => number): number => tenants.reduce((all, each) => all + of(each), 0);
  const { numbers } = words;
  return (
    <KeyValuePairs
      columns={4}
      items={[
        { label: numbers.protected, value: <Count of={sum((each) => each.protected)} color="text-status-success" /> },
        { label: numbers.late, value: <Count of={sum(({ late }) => late)} color="text-status-error" /> },
        { label: numbers.waiting, value: <Count of={sum(({ waiting }) => waiting)} color="text-status-info" /> },
        {
          label: numbers.unprotected,
          value: <Count of={sum(({ unprotected }) => unprotected)} color="text-status-warning" />,
        },
      ]}
    />
  );
};

const named = (ids: readonly string[], all: number): string =>
  `${ids.slice(0, 3).join(', ')}${all > 3 ? words.protection.more(all - 3) : ''}`;

const Which = ({ tenant }: { readonly tenant: TenantProtection }) => {
  const { late, lateIds, unprotected, unprotectedIds, problem } = tenant;
  return (
    <>
      {late > 0 ? <div>{words.protection.lateIds(named(lateIds, late))}</div> : null}
      {unprotected > 0 ? <div>{words.protection.unprotectedIds(named(unprotectedIds, unprotected))}</div> : null}
      {problem === undefined ? null : <StatusIndicator type="warning">{problem}</StatusIndicator>}
    </>
  );
};

const KINDS = ['protected', 'late', 'waiting', 'unprotected', 'gone', 'unknown'] as const;

/** Of an account that could not be asked there may be more. */
const counted = ({ problem }: TenantProtection, count: number): string => `${count}${problem === undefined ? '' : '+'}`;

/** What is worst first. */
const byNeed = (a: TenantProtection, b: TenantProtection): number =>
  b.late - a.late || b.unprotected - a.unprotected || a.name.localeCompare(b.name);

const ByTenant = ({ tenants }: { readonly tenants: readonly TenantProtection[] }) => {
  const { protection } = words;
  return (
    <Table
      variant="embedded"
      wrapLines
      trackBy="tenantId"
      items={tenants.toSorted(byNeed)}
      empty={<Empty header={protection.empty} text={protection.emptyText} />}
      columnDefinitions={[
        { id: 'tenant', header: protection.tenant, isRowHeader: true, cell: ({ name }) => name },
        ...KINDS.map((kind) => ({
          id: kind,
          header: protection[kind],
          cell: (each: TenantProtection) => counted(each, each[kind]),
        })),
        { id: 'which', header: protection.which, minWidth: 360, cell: (tenant) => <Which tenant={tenant} /> },
      ]}
    />
  );
};

/** How many instances are protected, late, and covered by no plan: in all, and by tenant. */
export const Protection = () => {
  const { data, error, refetch } = useQuery({
    queryKey: ['protection'],
    queryFn: ({ signal }) =>
      readAll((next) => call(operatorRoutes.listProtection, { query: { limit: 25, next }, signal })),
    refetchInterval: REFRESH_MS,
    staleTime: REFRESH_MS,
  });
  const content = () => {
    if (!data && error) return <Failed error={error} retry={() => void refetch()} />;
    if (!data) return <Waiting text={words.numbers.loading} />;
    return (
      <SpaceBetween size="l">
        <Numbers tenants={data} />
        <ByTenant tenants={data} />
      </SpaceBetween>
    );
  };
  return (
    <Container
      header={
        <Header variant="h2" description={words.numbers.about}>
          {words.numbers.header}
        </Header>
      }
    >
      {content()}
    </Container>
  );
};
