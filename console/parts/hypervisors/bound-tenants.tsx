import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { hypervisorAddress } from '../../addresses.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';
import { Empty } from '../states.tsx';
import { useHypervisors } from '../tenants.ts';
import { When } from '../when.tsx';
import { HypervisorState } from './state.tsx';

const words = texts.hypervisor.tenants;
const { columns } = texts.hypervisors;

/** Of a service hypervisor: who uses it. */
export const BoundTenants = ({ serviceId }: { readonly serviceId: string }) => {
  const { data, isPending } = useHypervisors();
  const items = (data ?? []).filter(({ boundTo }) => boundTo === serviceId);
  return (
    <Table
      header={
        <Header variant="h2" description={words.about} counter={`(${items.length})`}>
          {words.header}
        </Header>
      }
      items={items}
      loading={isPending}
      loadingText={texts.hypervisors.loading}
      trackBy="hypervisorId"
      empty={<Empty header={words.empty} />}
      columnDefinitions={[
        {
          id: 'name',
          header: columns.name,
          isRowHeader: true,
          cell: ({ hypervisorId, name }) => <Go href={hypervisorAddress(hypervisorId)}>{name}</Go>,
        },
        { id: 'account', header: columns.account, cell: ({ accountId }) => accountId },
        { id: 'region', header: columns.region, cell: ({ region }) => region },
        { id: 'state', header: columns.state, cell: (item) => <HypervisorState hypervisor={item} /> },
        { id: 'since', header: texts.hypervisor.binding.since, cell: ({ boundAt }) => <When at={boundAt} /> },
      ]}
    />
  );
};
