import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Container from '@cloudscape-design/components/container';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { hasEnded } from '../../cli/library-run-words.ts';
import { libraryAddress } from '../addresses.ts';
import { ApiFailure, call, onNamedTenant } from '../api.ts';
import { useFollow } from '../parts/go.tsx';
import { Outcome } from '../parts/libraries/outcome.tsx';
import { RunActions } from '../parts/libraries/run-actions.tsx';
import { taskTitle } from '../parts/libraries/run-columns.tsx';
import { RunFacts } from '../parts/libraries/run-facts.tsx';
import { NothingHere } from '../parts/nothing-here.tsx';
import { pollOf } from '../parts/poll.ts';
import { Failed, Reason, Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';

const words = texts.libraryRun;
const REFRESH_MS = 2_000;

const LibraryRun = () => {
  const { tenant = '', runId = '' } = useParams();
  const follow = useFollow();
  const { route, on } = onNamedTenant('getLibraryRun', tenant);
  const { data, error, refetch } = useQuery({
    queryKey: ['library-run', tenant, runId],
    queryFn: ({ signal }) => call(route, { params: { ...on, runId }, signal }),
    refetchInterval: ({ state: { data: run } }) => {
      if (!run) return REFRESH_MS;
      return hasEnded(run) ? false : pollOf(run, REFRESH_MS);
    },
  });
  if (!data && error instanceof ApiFailure && [400, 404].includes(error.status)) return <NothingHere />;
  if (!data && error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Waiting text={words.loading} />;
  const { outcome } = data;
  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          ariaLabel={texts.breadcrumbs}
          items={[
            { text: texts.library.header, href: libraryAddress(tenant) },
            { text: taskTitle(data), href: '' },
          ]}
          onFollow={follow}
        />
      }
      header={
        <Header variant="h1" actions={<RunActions key={runId} run={data} />}>
          {taskTitle(data)}
        </Header>
      }
    >
      <SpaceBetween size="l">
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
      </SpaceBetween>
    </ContentLayout>
  );
};

export default LibraryRun;
