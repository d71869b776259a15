import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useSearchParams } from 'react-router';
import { ADD_HYPERVISOR } from '../addresses.ts';
import { Go } from '../parts/go.tsx';
import { Nodes } from '../parts/hypervisors/nodes.tsx';
import { ServiceChoice, useServices } from '../parts/hypervisors/service-choice.tsx';
import { ServiceGroups } from '../parts/hypervisors/service-groups.tsx';
import { NoData } from '../parts/no-data.tsx';
import { NothingHere } from '../parts/nothing-here.tsx';
import { Empty, Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';

const words = texts.accessNodes;

/** Of the service hypervisor in the address; of none, the first one's. */
const AccessNodes = () => {
  const [search, setSearch] = useSearchParams();
  const { services, error, isPending, refetch } = useServices();
  const asked = search.get('service');
  const service = asked === null ? services[0] : services.find(({ hypervisorId }) => hypervisorId === asked);
  if (isPending) return <Waiting text={words.loading} />;
  if (error && services.length === 0) return <NoData error={error} retry={() => void refetch()} />;
  if (services.length === 0)
    return (
      <SpaceBetween size="l">
        <Header variant="h1">{words.header}</Header>
        <Empty
          header={words.noService}
          text={words.noServiceText}
          action={<Go href={`${ADD_HYPERVISOR}?kind=service`}>{texts.addHypervisor.bind.addService}</Go>}
        />
      </SpaceBetween>
    );
  if (!service) return <NothingHere />;
  return (
    <SpaceBetween size="l">
      <Nodes
        key={service.hypervisorId}
        service={service}
        variant="full-page"
        filter={
          <div className="filters">
            <ServiceChoice
              inlineLabel={words.service}
              chosen={service.hypervisorId}
              onChange={(id) => setSearch({ service: id })}
            />
          </div>
        }
      />
      {service.accessNodes === 'automatic' ? <ServiceGroups service={service} /> : null}
    </SpaceBetween>
  );
};

export default AccessNodes;
