import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { hasEnded } from '../../cli/library-run-words.ts';
import { libraryAddress } from '../addresses.ts';
import { call } from '../api.ts';
import { onNamedTenant } from '../on-tenant.ts';
import { Outcome } from '../parts/libraries/outcome.tsx';
import { RunActions } from '../parts/libraries/run-actions.tsx';
import { taskTitle } from '../parts/libraries/run-columns.tsx';
import { RunFacts } from '../parts/libraries/run-facts.tsx';
import { NoData } from '../parts/no-data.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { pollOf } from '../parts/poll.ts';
import { Reason, Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';

const words = texts.libraryRun;
const REFRESH_MS = 2_000;

const LibraryRun = () => {
  const { tenant = '', runId = '' } = useParams();
  const { route, on } = onNamedTenant('getLibraryRun', tenant);
  const { data, error, refetch } = useQuery({
    queryKey: ['library-run', tenant, runId],
    queryFn: ({ signal }) => call(route, { params: { ...on, runId }, signal }),
    refetchInterval: ({ state: { data: run } }) => {
      if (!run) return REFRESH_MS;
      return hasEnded(run) ? false : pollOf(run, REFRESH_MS);
    },
  });
  if (!data && error) return <NoData error={error} retry={() => void refetch()} />;
  if (!data) return <Waiting text={words.loading} />;
  const { outcome } = data;
  return (
    <OneOf
      of={[{ text: texts.library.header, href: libraryAddress(tenant) }]}
      title={taskTitle(data)}
      actions={<RunActions key={runId} run={data} />}
    >
      {data.error ? (
        <Alert type="error" header={data.error.name}>
          <Reason {...data.error} />
        </Alert>
      ) : null}
      <RunFacts run={data} />
      <Container header={<Header variant="h2">{words.outcome}</Header>}>
        {outcome ? (
          <Outcome outcome={outcome} planOnly={data.planOnly} />
        ) : (
          <Box color="text-body-secondary">{hasEnded(data) ? words.noOutcome : words.none}</Box>
        )}
      </Container>
    </OneOf>
  );
};

export default LibraryRun;
