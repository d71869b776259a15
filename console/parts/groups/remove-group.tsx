import Button from '@cloudscape-design/components/button';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import type { VmGroupView } from '../../../core/contracts/vm-groups.ts';
import { vmGroupsAddress } from '../../addresses.ts';
import { call, onTenant } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';

const words = texts.vmGroup;

export const RemoveGroup = ({
  group: { groupId, name },
  tenant,
}: {
  readonly group: VmGroupView;
  readonly tenant: string | undefined;
}) => {
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => {
      const { route, on } = onTenant('removeVmGroup', tenant);
      return call(route, { params: { ...on, groupId } });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['vm-groups', tenant] });
      void navigate(vmGroupsAddress(tenant));
    },
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{words.remove}</Button>
      {asking ? (
        <Confirm
          header={words.removeHeader(name)}
          act={words.remove}
          pending={remove.isPending}
          error={remove.error}
          onAct={() => remove.mutate()}
          onLeave={() => setAsking(false)}
        >
          {words.removeText}
        </Confirm>
      ) : null}
    </>
  );
};
