import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { bytes } from '../../../cli/units.ts';
import { operatorRoutes } from '../../../core/contracts/api.ts';
import type { GrowthPoint, LibraryGrowth } from '../../../core/contracts/overview.ts';
import { libraryAddress } from '../../addresses.ts';
import { call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';
import { readAll } from '../read-all.ts';
import { Empty, Failed, Waiting } from '../states.tsx';
import { When } from '../when.tsx';

const GrowthChart = lazy(() => import('./growth-chart.tsx'));

const words = texts.overview.growth;
/** It changes once a day. */
const REFRESH_MS = 600_000;

const ratio = (of: number, to: number): string => (to === 0 ? texts.none : `${(of / to).toFixed(2)} : 1`);

type Counted = LibraryGrowth & { readonly last: GrowthPoint };

const Newest = ({ libraries }: { readonly libraries: readonly LibraryGrowth[] }) => (
  <Table
    variant="embedded"
    trackBy={({ tenantId, serviceId }) => `${tenantId} ${serviceId}`}
    items={libraries.flatMap((library): Counted[] => {
      const last = library.points.at(-1);
      return last ? [{ ...library, last }] : [];
    })}
    columnDefinitions={[
      {
        id: 'tenant',
        header: words.columns.tenant,
        isRowHeader: true,
        cell: ({ tenantId, name }) => <Go href={libraryAddress(tenantId)}>{name}</Go>,
      },
      { id: 'points', header: words.columns.points, cell: ({ last }) => last.recoveryPoints },
      { id: 'data', header: words.columns.data, cell: ({ last }) => bytes(last.dataBytes) },
      { id: 'packs', header: words.columns.packs, cell: ({ last }) => bytes(last.packBytes) },
      { id: 'dedup', header: words.columns.dedup, cell: ({ last }) => ratio(last.dataBytes, last.uniqueBytes) },
      { id: 'saved', header: words.columns.saved, cell: ({ last }) => ratio(last.dataBytes, last.packBytes) },
      { id: 'counted', header: words.columns.counted, cell: ({ last }) => <When at={last.at} /> },
    ]}
  />
);

/** How each library has grown, and what deduplication and compression save. */
export const Growth = () => {
  const { data, error, refetch } = useQuery({
    queryKey: ['library-growth'],
    queryFn: ({ signal }) =>
      readAll((next) => call(operatorRoutes.listLibraryGrowth, { query: { limit: 100, next }, signal })),
    refetchInterval: REFRESH_MS,
  });
  const content = () => {
    if (!data && error) return <Failed error={error} retry={() => void refetch()} />;
    if (!data) return <Waiting text={words.loading} />;
    if (data.length === 0) return <Empty header={words.empty} text={words.emptyText} />;
    return (
      <SpaceBetween size="l">
        {data.some(({ points }) => points.length > 1) ? (
          <Suspense fallback={<Waiting text={words.loading} />}>
            <GrowthChart libraries={data} />
          </Suspense>
        ) : null}
        <Newest libraries={data} />
      </SpaceBetween>
    );
  };
  return (
    <Container
      header={
        <Header variant="h2" description={words.about}>
          {words.header}
        </Header>
      }
    >
      {content()}
    </Container>
  );
};
