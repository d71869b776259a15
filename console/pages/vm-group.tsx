import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { call } from '../api.ts';
import { onTenant } from '../on-tenant.ts';
import { VmGroupForm } from '../parts/groups/group-form.tsx';
import { NoData } from '../parts/no-data.tsx';
import { UNDER_A_FORM } from '../parts/save-form.tsx';
import { Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';

/** One that is there, or (`add`) one that is to be made. */
const VmGroup = () => {
  const { groupId = '', tenant } = useParams();
  const isNew = groupId === 'add';
  const { data, error, refetch } = useQuery({
    queryKey: ['vm-group', tenant, groupId],
    queryFn: ({ signal }) => {
      const { route, on } = onTenant('getVmGroup', tenant);
      return call(route, { params: { ...on, groupId }, signal, asWritten: true });
    },
    enabled: !isNew,
    ...UNDER_A_FORM,
  });
  if (isNew) return <VmGroupForm group={undefined} tenant={tenant} />;
  if (data) return <VmGroupForm key={data.updatedAt} group={data} tenant={tenant} reload={() => void refetch()} />;
  if (!data && error) return <NoData error={error} retry={() => void refetch()} />;
  return <Waiting text={texts.vmGroup.loading} />;
};

export default VmGroup;
