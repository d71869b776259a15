import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from 'react-router';
import type { VmGroupView } from '../../../core/contracts/vm-groups.ts';
import { vmGroupsAddress } from '../../addresses.ts';
import { call } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { texts } from '../../texts.ts';
import { RemoveOne } from '../remove-one.tsx';

interface Props {
  readonly group: VmGroupView;
  readonly tenant: string | undefined;
}

export const RemoveGroup = ({ group: { groupId, name }, tenant }: Props) => {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const { route, on } = onTenant('removeVmGroup', tenant);
  return (
    <RemoveOne
      words={texts.vmGroup}
      name={name}
      tenant={tenant}
      act={async () => {
        await call(route, { params: { ...on, groupId } });
        return {};
      }}
      onRemoved={async () => {
        await queries.invalidateQueries({ queryKey: ['vm-groups', tenant] });
        await navigate(vmGroupsAddress(tenant));
      }}
    />
  );
};
