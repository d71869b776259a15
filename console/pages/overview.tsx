import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { operatorRoutes } from '../../core/contracts/api.ts';
import { call } from '../api.ts';
import { Boundary } from '../parts/boundary.tsx';
import { DayJobs } from '../parts/overview/day-jobs.tsx';
import { Facts, Level } from '../parts/overview/facts.tsx';
import { Growth } from '../parts/overview/growth.tsx';
import { NodesByState } from '../parts/overview/nodes.tsx';
import { Protection } from '../parts/overview/protection.tsx';
import { Failed, Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';

const Costs = lazy(() => import('../parts/overview/costs.tsx'));

const words = texts.overview;
const REFRESH_MS = 60_000;

/** Each part asks and fails by itself: what one cannot say hides none of the others. */
const Overview = () => {
  const { data, error, refetch } = useQuery({
    queryKey: ['health'],
    queryFn: ({ signal }) => call(operatorRoutes.getHealth, { signal }),
    refetchInterval: REFRESH_MS,
  });
  const health = () => {
    if (data)
      return (
        <Boundary>
          <Facts health={data} />
        </Boundary>
      );
    return error ? <Failed error={error} retry={() => void refetch()} /> : <Waiting text={words.loading} />;
  };
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={words.about}
          actions={data ? <Level level={data.level} says={words.levels[data.level]} /> : undefined}
        >
          {words.header}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Boundary>
          <Protection />
        </Boundary>
        <Boundary>
          <DayJobs />
        </Boundary>
        {health()}
        <Boundary>
          <NodesByState />
        </Boundary>
        <Boundary>
          <Growth />
        </Boundary>
        <Boundary>
          <Suspense fallback={<Waiting text={words.costs.loading} />}>
            <Costs />
          </Suspense>
        </Boundary>
      </SpaceBetween>
    </ContentLayout>
  );
};

export default Overview;
