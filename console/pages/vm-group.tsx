import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { ApiFailure, call, onTenant } from '../api.ts';
import { VmGroupForm } from '../parts/groups/group-form.tsx';
import { NothingHere } from '../parts/nothing-here.tsx';
import { Failed, Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';

/** One that is there, or (`add`) one that is to be made. */
const VmGroup = () => {
  const { groupId = '', tenant } = useParams();
  const isNew = groupId === 'add';
  const { data, error, refetch } = useQuery({
    queryKey: ['vm-group', tenant, groupId],
    queryFn: ({ signal }) => {
      const { route, on } = onTenant('getVmGroup', tenant);
      return call(route, { params: { ...on, groupId }, signal });
    },
    enabled: !isNew,
  });
  if (isNew) return <VmGroupForm group={undefined} tenant={tenant} />;
  if (data) return <VmGroupForm key={data.updatedAt} group={data} tenant={tenant} />;
  if (error instanceof ApiFailure && [400, 404].includes(error.status)) return <NothingHere />;
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  return <Waiting text={texts.vmGroup.loading} />;
};

export default VmGroup;
