import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { useSearchParams } from 'react-router';
import { ADD_HYPERVISOR, HYPERVISORS } from '../addresses.ts';
import { useFollow } from '../parts/go.tsx';
import { Done } from '../parts/hypervisors/add/done.tsx';
import { NewHypervisor } from '../parts/hypervisors/add/new-hypervisor.tsx';
import { SetUp } from '../parts/hypervisors/add/set-up.tsx';
import { isSetUp } from '../parts/hypervisors/add/steps.ts';
import { useHypervisor } from '../parts/hypervisors/change.ts';
import { NoData } from '../parts/no-data.tsx';
import { Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';

const words = texts.addHypervisor;

const Within = ({ children }: { readonly children: ReactNode }) => {
  const follow = useFollow();
  return (
    <SpaceBetween size="s">
      <BreadcrumbGroup
        ariaLabel={texts.breadcrumbs}
        items={[
          { text: texts.hypervisors.header, href: HYPERVISORS },
          { text: words.header, href: ADD_HYPERVISOR },
        ]}
        onFollow={follow}
      />
      {children}
    </SpaceBetween>
  );
};

const Added = ({ hypervisorId }: { readonly hypervisorId: string }) => {
  const [search] = useSearchParams();
  const { data, error, refetch } = useHypervisor(hypervisorId);
  if (!data && error) return <NoData error={error} retry={() => void refetch()} />;
  if (!data) return <Waiting text={texts.hypervisor.loading} />;
  if (search.get('step') !== 'done' || !isSetUp(data)) return <SetUp hypervisor={data} />;
  return (
    <SpaceBetween size="l">
      <Header variant="h1">{words.header}</Header>
      <Done hypervisor={data} />
    </SpaceBetween>
  );
};

/** Until it is added, what is filled in; from then on, what is left to do. */
const AddHypervisor = () => {
  const [search] = useSearchParams();
  const hypervisorId = search.get('hypervisor');
  return (
    <Within>
      {hypervisorId === null ? <NewHypervisor /> : <Added key={hypervisorId} hypervisorId={hypervisorId} />}
    </Within>
  );
};

export default AddHypervisor;
