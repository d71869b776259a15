import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import Table from '@cloudscape-design/components/table';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type AccessNodeView, type HypervisorView, operatorRoutes } from '../../../core/contracts/api.ts';
import { accessNodesAddress } from '../../addresses.ts';
import { call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';
import { Empty, Failed } from '../states.tsx';
import { When } from '../when.tsx';
import { AddNode, DrainNode, RemoveNode } from './node-actions.tsx';

const words = texts.accessNodes;
const REFRESH_MS = 4_000;

const STATUS: Readonly<Record<AccessNodeView['status'], StatusIndicatorProps.Type>> = {
  expected: 'pending',
  online: 'success',
  busy: 'in-progress',
  draining: 'stopped',
  lost: 'error',
};

const systemOf = ({ os, osVersion }: AccessNodeView): string => [os, osVersion].filter(Boolean).join(' ') || texts.none;

interface NodesProps {
  readonly service: HypervisorView;
  /** `full-page`: a page of its own, with the choice of another service. */
  readonly variant: 'container' | 'full-page';
  readonly filter?: ReactNode;
}

/** A service hypervisor's access nodes as they are now, and what can be done with one. */
export const Nodes = ({ service, variant, filter }: NodesProps) => {
  const { hypervisorId, accessNodes } = service;
  const [chosenId, setChosenId] = useState<string>();
  const nodes = useQuery({
    queryKey: ['access-nodes', hypervisorId],
    queryFn: ({ signal }) => call(operatorRoutes.listAccessNodes, { params: { hypervisorId }, signal }),
    refetchInterval: REFRESH_MS,
  });
  const items = nodes.data?.items ?? [];
  const chosen = items.find(({ nodeId }) => nodeId === chosenId);
  if (nodes.error && !nodes.data) return <Failed error={nodes.error} retry={() => void nodes.refetch()} />;
  const isPage = variant === 'full-page';
  return (
    <Table
      variant={variant}
      stickyHeader={isPage}
      trackBy="nodeId"
      items={items}
      loading={nodes.isPending}
      loadingText={words.loading}
      filter={filter}
      selectionType="single"
      selectedItems={chosen ? [chosen] : []}
      onSelectionChange={({ detail }) => setChosenId(detail.selectedItems[0]?.nodeId)}
      ariaLabels={{ selectionGroupLabel: words.chosen, itemSelectionLabel: (_, { name }) => name }}
      header={
        <Header
          variant={isPage ? 'awsui-h1-sticky' : 'h2'}
          description={words.about}
          counter={nodes.data ? words.shown(items.length) : undefined}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <DrainNode node={chosen} />
              <RemoveNode node={chosen} />
              <AddNode serviceId={hypervisorId} />
            </SpaceBetween>
          }
        >
          {isPage ? (
            words.header
          ) : (
            <Go fontSize="inherit" href={accessNodesAddress(hypervisorId)}>
              {words.header}
            </Go>
          )}
        </Header>
      }
      empty={
        <Empty header={words.empty} text={accessNodes === 'automatic' ? words.emptyAutomatic : words.emptyManual} />
      }
      columnDefinitions={[
        { id: 'name', header: words.columns.name, isRowHeader: true, cell: ({ name }) => name },
        {
          id: 'status',
          header: words.columns.status,
          cell: ({ status }) => <StatusIndicator type={STATUS[status]}>{status}</StatusIndicator>,
        },
        {
          id: 'does',
          header: words.columns.does,
          cell: ({ held, slots }) => (held === undefined ? texts.none : words.does(held, slots)),
        },
        { id: 'version', header: words.columns.version, cell: ({ version }) => version ?? texts.none },
        { id: 'system', header: words.columns.system, cell: systemOf },
        { id: 'zone', header: words.columns.zone, cell: ({ zone }) => zone ?? texts.none },
        { id: 'instance', header: words.columns.instance, cell: ({ ec2InstanceId }) => ec2InstanceId ?? texts.none },
        { id: 'origin', header: words.columns.origin, cell: ({ origin }) => words.origins[origin] },
        {
          id: 'heard',
          header: words.columns.heard,
          cell: ({ heartbeatAt }) => (heartbeatAt === undefined ? words.never : <When at={heartbeatAt} />),
        },
      ]}
    />
  );
};
