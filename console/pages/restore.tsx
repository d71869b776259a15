import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import { useParams, useSearchParams } from 'react-router';
import { time } from '../../cli/units.ts';
import { usePoint } from '../parts/instances/points.ts';
import { OF_ONE_TENANT } from '../parts/restore/draft.ts';
import { RestoreWizard } from '../parts/restore/restore-wizard.tsx';
import { Started } from '../parts/restore/started.tsx';
import { Empty } from '../parts/states.tsx';
import { TenantChoice, useTenant } from '../parts/tenant-choice.tsx';
import { useTenantName } from '../parts/tenants.ts';
import { texts } from '../texts.ts';

const words = texts.restore;

/** The wizard, or the job that it has started (`?job=`). */
const Restore = () => {
  const { tenant, isChosen } = useTenant();
  const [search] = useSearchParams();
  const { recoveryPointId } = useParams();
  const jobId = search.get('job');
  const pointId = isChosen ? (recoveryPointId ?? search.get('point') ?? undefined) : undefined;
  const { data: point, error } = usePoint(pointId, tenant);
  const content = () => {
    if (!isChosen) return <Empty header={words.chooseTenant} action={<TenantChoice ofOne={OF_ONE_TENANT} />} />;
    if (jobId !== null) return <Started jobId={jobId} />;
    return <RestoreWizard key={tenant ?? ''} />;
  };
  const name = useTenantName(tenant);
  const of =
    point && !error
      ? words.of(point.instanceName ?? point.instanceId, time(point.takenAt), name)
      : name && texts.tenant.of(name);
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={of}>
          {words.header}
        </Header>
      }
    >
      {content()}
    </ContentLayout>
  );
};

export default Restore;
