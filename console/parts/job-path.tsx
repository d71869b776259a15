/** The state machine of a job, its path coloured as it runs; for operators. Instance, part and state are in the address. */
import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Tabs from '@cloudscape-design/components/tabs';
import Toggle from '@cloudscape-design/components/toggle';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'react-router';
import type { JobView } from '../../core/contracts/api.ts';
import { InstanceId } from '../../core/contracts/ids.ts';
import { call } from '../api.ts';
import { MachineGraph } from '../graph/machine-graph.tsx';
import { MACHINES } from '../graph/machines.ts';
import { hasManyStates, passedOnly, scopeOf } from '../graph/path.ts';
import { onNamedTenant } from '../on-tenant.ts';
import { texts } from '../texts.ts';
import { ChosenState } from './chosen-state.tsx';
import { PathTable } from './path-table.tsx';
import { pollOf } from './poll.ts';
import { Empty, Failed, Waiting } from './states.tsx';

const words = texts.job.path;
const REFRESH_MS = 3_000;

interface Props {
  readonly job: JobView;
  readonly tenant: string;
  /** It may still move. */
  readonly live: boolean;
}

/** `chosen`: of the state that is looked at, its input and output come along. */
const usePath = ({ job, tenant, live }: Props, chosen: string | null, label: string | null) => {
  const { jobId, attempt, state } = job;
  const { route, on } = onNamedTenant('getJobPath', tenant);
  const name = chosen?.split('/').at(-1);
  const query = name ? { state: name, instance: InstanceId.safeParse(label).data } : {};
  return useQuery({
    // the state too: once the job has ended the path is asked for a last time
    queryKey: ['path', tenant, jobId, attempt, live ? 'live' : state, query],
    queryFn: ({ signal }) => call(route, { params: { ...on, jobId }, query, signal }),
    refetchInterval: ({ state: { data } }) => (live || data?.status === 'RUNNING' ? pollOf(job, REFRESH_MS) : false),
    placeholderData: (before) => before,
  });
};

const useChoices = () => {
  const [search, setSearch] = useSearchParams();
  const choose = (name: 'instance' | 'part' | 'state' | 'ways', value: string | null): void =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === null || value === '') after.delete(name);
        else after.set(name, value);
        if (name === 'instance' || name === 'part') after.delete('state');
        return after;
      },
      { replace: true, preventScrollReset: true },
    );
  return {
    instance: search.get('instance'),
    part: search.get('part'),
    state: search.get('state'),
    ways: search.get('ways'),
    choose,
  };
};

const JobPath = (props: Props) => {
  const { instance, part, state, ways, choose } = useChoices();
  const { data: path, error, refetch } = usePath(props, state, instance);
  const machine = MACHINES[props.job.type];
  const content = () => {
    if (error && !path) return <Failed error={error} retry={() => void refetch()} />;
    if (!path || !machine) return <Waiting text={words.loading} />;
    if (path.states.length === 0) return <Empty header={words.waiting} />;
    const { branches, branch, parts } = scopeOf(machine, path, instance);
    const shownPart = parts.find((each) => each.state === part);
    const whole = (shownPart && MACHINES[shownPart.machine]) ?? machine;
    const shown = { states: shownPart?.states ?? path.states, instance: branch?.label ?? null };
    const everyWay = ways === null ? !hasManyStates(whole) : ways === 'all';
    const partOptions = [
      { value: '', label: words.whole },
      ...parts.map((each) => ({ value: each.state, label: each.state })),
    ];
    return (
      <SpaceBetween size="m">
        <SpaceBetween direction="horizontal" size="xs">
          {branches.length > 0 ? (
            <Select
              inlineLabelText={words.instance}
              options={branches.map(({ label, status }) => ({ value: label, label, labelTag: status.toLowerCase() }))}
              selectedOption={branch ? { value: branch.label, label: branch.label } : null}
              onChange={({ detail }) => choose('instance', detail.selectedOption.value ?? null)}
            />
          ) : null}
          {parts.length > 0 ? (
            <Select
              inlineLabelText={words.part}
              options={partOptions}
              selectedOption={partOptions.find(({ value }) => value === (shownPart?.state ?? '')) ?? null}
              onChange={({ detail }) => choose('part', detail.selectedOption.value ?? null)}
            />
          ) : null}
        </SpaceBetween>
        <Tabs
          ariaLabel={words.states}
          tabs={[
            {
              id: 'graph',
              label: words.graph,
              content: (
                <SpaceBetween size="m">
                  <Toggle
                    checked={everyWay}
                    onChange={({ detail }) => choose('ways', detail.checked ? 'all' : 'taken')}
                  >
                    {words.everyWay}
                  </Toggle>
                  <MachineGraph
                    key={`${shownPart?.state ?? ''} ${everyWay}`}
                    {...shown}
                    machine={everyWay ? whole : passedOnly(whole, shown.states, shown.instance)}
                    chosen={state}
                    onChoose={(chosen) => choose('state', chosen)}
                  />
                  {state === null ? (
                    <Box color="text-body-secondary">{words.choose}</Box>
                  ) : (
                    <ChosenState
                      key={`${shownPart?.state ?? ''} ${shown.instance ?? ''} ${state}`}
                      {...shown}
                      chosen={state}
                      parts={parts}
                      openPart={(name) => choose('part', name)}
                      openInstance={(label) => choose('instance', label)}
                    />
                  )}
                </SpaceBetween>
              ),
            },
            { id: 'table', label: words.table, content: <PathTable states={shown.states} /> },
          ]}
        />
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

export default JobPath;
