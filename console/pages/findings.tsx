import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { operatorRoutes } from '../../core/contracts/api.ts';
import type { ReaperPlanView, ReaperResult } from '../../core/contracts/reaper.ts';
import { call } from '../api.ts';
import { Confirm } from '../parts/confirm.tsx';
import { Go } from '../parts/go.tsx';
import { NoData } from '../parts/no-data.tsx';
import { Empty, Failed } from '../parts/states.tsx';
import { TenantChoice, useTenant } from '../parts/tenant-choice.tsx';
import { useNameOf } from '../parts/tenants.ts';
import { findingColumns, placeOf } from '../parts/upkeep/finding-columns.tsx';
import { useIntent } from '../parts/use-intent.ts';
import { texts } from '../texts.ts';

const words = texts.findings;

const NotLookedAt = ({ places }: { readonly places: ReaperPlanView['notLookedAt'] }) => {
  const nameOf = useNameOf();
  if (places.length === 0) return null;
  return (
    <Alert type="warning" header={words.notLookedAt}>
      {places.map((place) => (
        <div key={`${place.place} ${place.region}`}>
          {`${placeOf(place, nameOf)}: ${place.reason} `}
          {place.tenantId ? <Go href={`/findings?tenant=${place.tenantId}`}>{words.look}</Go> : null}
        </div>
      ))}
    </Alert>
  );
};

const Result = ({ result }: { readonly result: ReaperResult }) => (
  <Alert type={result.failed > 0 || result.problems.length > 0 ? 'warning' : 'success'} header={words.done}>
    <div>{words.result(result.removed, result.begun ?? 0, result.failed, result.open)}</div>
    {result.problems.map((problem) => (
      <div key={problem}>{problem}</div>
    ))}
  </Alert>
);

const Findings = () => {
  const { tenant } = useTenant();
  const nameOf = useNameOf();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { keyFor } = useIntent();
  const query = useQuery({
    queryKey: ['findings', tenant],
    queryFn: ({ signal }) => call(operatorRoutes.planReaper, { query: { tenantId: tenant }, signal }),
    // each look goes through every account: asked again by hand, and after a sweep
    staleTime: Number.POSITIVE_INFINITY,
  });
  const run = useMutation({
    mutationFn: (token: string) => {
      const body = { token, ...(tenant === undefined ? {} : { tenantId: tenant }) };
      return call(operatorRoutes.runReaper, { body, idempotencyKey: keyFor(token) });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['findings'] }),
  });
  const { data, error, isFetching, refetch } = query;
  if (!data && error) return <NoData error={error} retry={() => void refetch()} />;
  const due = data?.due ?? 0;
  const leave = (): void => setAsking(false);
  return (
    <SpaceBetween size="l">
      <Table
        variant="full-page"
        wrapLines
        items={data?.findings ?? []}
        trackBy={({ place, region, kind, subject }) => `${place} ${region} ${kind} ${subject}`}
        loading={!data}
        loadingText={words.loading}
        columnDefinitions={findingColumns(nameOf)}
        header={
          <SpaceBetween size="s">
            <Header
              variant="h1"
              description={words.about}
              counter={data ? `(${data.findings.length + (data.more ?? 0)})` : undefined}
              actions={
                <SpaceBetween direction="horizontal" size="xs">
                  <Button iconName="refresh" loading={isFetching} onClick={() => void refetch()}>
                    {words.again}
                  </Button>
                  <Button
                    variant="primary"
                    disabled={due === 0}
                    loading={run.isPending}
                    onClick={() => setAsking(true)}
                  >
                    {words.run(due)}
                  </Button>
                </SpaceBetween>
              }
            >
              {words.header}
            </Header>
            {run.data ? <Result result={run.data} /> : null}
            {run.error ? <Failed error={run.error} /> : null}
            {data ? <NotLookedAt places={data.notLookedAt} /> : null}
          </SpaceBetween>
        }
        filter={
          <div className="filters">
            <TenantChoice everyTenant={words.everyTenant} />
          </div>
        }
        empty={<Empty header={words.empty} text={words.emptyText} />}
        footer={data?.more ? <Box>{words.more(data.more)}</Box> : undefined}
      />
      <Confirm
        visible={asking}
        header={words.runHeader}
        act={words.doRun}
        onLeave={leave}
        onAct={() => {
          leave();
          if (data) run.mutate(data.token);
        }}
      >
        {words.runText(due)}
      </Confirm>
    </SpaceBetween>
  );
};

export default Findings;
