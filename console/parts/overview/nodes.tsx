import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useQueries } from '@tanstack/react-query';
import { type AccessNodeView, type HypervisorView, operatorRoutes } from '../../../core/contracts/api.ts';
import { call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Empty, Failed, Waiting } from '../states.tsx';
import { useHypervisors } from '../tenants.ts';

const words = texts.overview.nodes;
const REFRESH_MS = 15_000;

const TYPES: Readonly<Record<AccessNodeView['status'], StatusIndicatorProps.Type>> = {
  online: 'success',
  busy: 'in-progress',
  draining: 'stopped',
  expected: 'pending',
  lost: 'error',
};
const STATUSES = Object.keys(TYPES) as readonly AccessNodeView['status'][];

interface Row {
  readonly service: HypervisorView;
  /** Undefined while it is asked for. */
  readonly nodes: readonly AccessNodeView[] | undefined;
  readonly error: Error | null;
}

const Nodes = ({ nodes, error }: Row) => {
  if (error && !nodes) return <StatusIndicator type="error">{error.message}</StatusIndicator>;
  if (!nodes) return <StatusIndicator type="loading">{texts.loading}</StatusIndicator>;
  const there = STATUSES.map((status) => ({ status, n: nodes.filter((node) => node.status === status).length }));
  const shown = there.filter(({ n }) => n > 0);
  if (shown.length === 0) return <StatusIndicator type="stopped">{words.none}</StatusIndicator>;
  return (
    <SpaceBetween direction="horizontal" size="m">
      {shown.map(({ status, n }) => (
        <StatusIndicator key={status} type={TYPES[status]}>{`${n} ${status}`}</StatusIndicator>
      ))}
    </SpaceBetween>
  );
};

/** By service hypervisor, of which there are few: how many nodes are in which state. */
export const NodesByState = () => {
  const hypervisors = useHypervisors();
  const services = (hypervisors.data ?? []).filter(({ kind }) => kind === 'service');
  const asked = useQueries({
    queries: services.map(({ hypervisorId }) => ({
      queryKey: ['access-nodes', hypervisorId],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        call(operatorRoutes.listAccessNodes, { params: { hypervisorId }, signal }),
      refetchInterval: REFRESH_MS,
    })),
  });
  const rows: Row[] = services.map((service, n) => ({
    service,
    nodes: asked[n]?.data?.items,
    error: asked[n]?.error ?? null,
  }));
  const content = () => {
    if (!hypervisors.data && hypervisors.error)
      return <Failed error={hypervisors.error} retry={() => void hypervisors.refetch()} />;
    if (!hypervisors.data) return <Waiting text={words.loading} />;
    return (
      <Table
        variant="embedded"
        items={rows}
        trackBy={({ service }) => service.hypervisorId}
        empty={<Empty header={words.empty} text={words.emptyText} />}
        columnDefinitions={[
          { id: 'service', header: words.service, isRowHeader: true, cell: ({ service }) => service.name },
          {
            id: 'kind',
            header: words.kind,
            cell: ({ service: { accessNodes } }) => (accessNodes ? words.kinds[accessNodes] : texts.none),
          },
          { id: 'nodes', header: words.header, minWidth: 320, cell: (row) => <Nodes {...row} /> },
        ]}
      />
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
