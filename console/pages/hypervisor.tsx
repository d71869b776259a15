import Button from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Grid from '@cloudscape-design/components/grid';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useParams, useSearchParams } from 'react-router';
import type { HypervisorView } from '../../core/contracts/api.ts';
import { HYPERVISORS, setUpAddress } from '../addresses.ts';
import { useFollow } from '../parts/go.tsx';
import { Access } from '../parts/hypervisors/access.tsx';
import { Binding } from '../parts/hypervisors/binding.tsx';
import { BoundTenants } from '../parts/hypervisors/bound-tenants.tsx';
import { useHypervisor } from '../parts/hypervisors/change.ts';
import { HypervisorFacts } from '../parts/hypervisors/facts.tsx';
import { featuresIn } from '../parts/hypervisors/features.ts';
import { Nodes } from '../parts/hypervisors/nodes.tsx';
import { PermissionCheck } from '../parts/hypervisors/permission-check.tsx';
import { Preparing } from '../parts/hypervisors/preparing.tsx';
import { Protection } from '../parts/hypervisors/protection.tsx';
import { Remove } from '../parts/hypervisors/remove.tsx';
import { RotateKey } from '../parts/hypervisors/rotate-key.tsx';
import { ServiceGroups } from '../parts/hypervisors/service-groups.tsx';
import { HypervisorTemplate } from '../parts/hypervisors/template.tsx';
import { NoData } from '../parts/no-data.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';

const words = texts.hypervisor;

const HALVES = { colspan: { default: 12, s: 6 } };

const OfTenant = ({ hypervisor }: { readonly hypervisor: HypervisorView }) => (
  <SpaceBetween size="l">
    <Binding hypervisor={hypervisor} />
    <Grid gridDefinition={[HALVES, HALVES]}>
      <Protection hypervisor={hypervisor} />
      <Access hypervisor={hypervisor} />
    </Grid>
  </SpaceBetween>
);

const OfService = ({ hypervisor }: { readonly hypervisor: HypervisorView }) => (
  <SpaceBetween size="l">
    <Nodes service={hypervisor} variant="container" />
    {hypervisor.accessNodes === 'automatic' ? <ServiceGroups service={hypervisor} /> : null}
    <BoundTenants serviceId={hypervisor.hypervisorId} />
  </SpaceBetween>
);

const Hypervisor = () => {
  const { hypervisorId = '' } = useParams();
  const [search, setSearch] = useSearchParams();
  const follow = useFollow();
  const { data, error, refetch } = useHypervisor(hypervisorId);
  if (!data && error) return <NoData error={error} retry={() => void refetch()} />;
  if (!data) return <Waiting text={words.loading} />;
  const isTenant = data.kind === 'tenant';
  return (
    <OneOf
      of={[{ text: texts.hypervisors.header, href: HYPERVISORS }]}
      title={data.name}
      about={words.about[data.kind]}
      actions={
        <SpaceBetween direction="horizontal" size="xs">
          {isTenant && data.boundTo === undefined ? (
            <Button href={setUpAddress(hypervisorId)} onFollow={follow}>
              {words.goOn}
            </Button>
          ) : null}
          {!isTenant && data.authMethod === 'access-key' ? <RotateKey hypervisor={data} /> : null}
          <Remove hypervisor={data} />
        </SpaceBetween>
      }
    >
      <Preparing hypervisor={data} />
      <HypervisorFacts hypervisor={data} />
      {isTenant ? <OfTenant hypervisor={data} /> : <OfService hypervisor={data} />}
      <Container
        header={
          <Header variant="h2" description={words.permissions.about[data.kind]}>
            {words.permissions.header}
          </Header>
        }
      >
        <PermissionCheck
          hypervisor={data}
          features={featuresIn(search.get('features'))}
          onFeatures={(features) =>
            setSearch(features.length > 0 ? { features: features.join(',') } : {}, { replace: true })
          }
        />
      </Container>
      <HypervisorTemplate hypervisor={data} />
    </OneOf>
  );
};

export default Hypervisor;
