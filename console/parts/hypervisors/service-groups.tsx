import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type HypervisorView, operatorRoutes } from '../../../core/contracts/api.ts';
import type { VmGroupView } from '../../../core/contracts/vm-groups.ts';
import { ApiFailure, call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { readAll } from '../read-all.ts';
import { Empty, Failed } from '../states.tsx';
import { useIntent } from '../use-intent.ts';
import { When } from '../when.tsx';

const words = texts.accessNodes.groups;

/** Of an automatic service hypervisor: where its access nodes are launched (O6). */
export const ServiceGroups = ({ service }: { readonly service: HypervisorView }) => {
  const { hypervisorId } = service;
  const queries = useQueryClient();
  const { keyFor, isDone } = useIntent();
  const [chosen, setChosen] = useState<VmGroupView>();
  const [asking, setAsking] = useState<'add' | 'remove'>();
  const [name, setName] = useState('');
  const [zone, setZone] = useState('');
  const queryKey = ['service-groups', hypervisorId];
  const groups = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      readAll((next) =>
        call(operatorRoutes.listServiceVmGroups, { params: { hypervisorId }, query: { limit: 100, next }, signal }),
      ),
  });
  const onSuccess = (): Promise<void> => {
    isDone();
    setAsking(undefined);
    setChosen(undefined);
    return queries.invalidateQueries({ queryKey });
  };
  const params = { hypervisorId };
  const add = useMutation({
    mutationFn: () => {
      const body = { name, match: { all: true } as const, ...(zone === '' ? {} : { zone }) };
      return call(operatorRoutes.addServiceVmGroup, { params, body, idempotencyKey: keyFor(body) });
    },
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: ({ groupId }: VmGroupView) =>
      call(operatorRoutes.removeServiceVmGroup, { params: { ...params, groupId } }),
    onSuccess,
  });
  const ask = (what: 'add' | 'remove'): void => {
    add.reset();
    remove.reset();
    setAsking(what);
  };
  const { error } = add;
  const refused = error instanceof ApiFailure && ['name', 'zone'].includes(error.field ?? '') ? error : undefined;
  const errorOf = (field: string): string | undefined => (refused?.field === field ? refused.message : undefined);
  if (groups.error && !groups.data) return <Failed error={groups.error} retry={() => void groups.refetch()} />;
  return (
    <>
      <Table
        header={
          <Header
            variant="h2"
            description={words.about}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button disabled={!chosen} disabledReason={words.chosen} onClick={() => ask('remove')}>
                  {words.remove}
                </Button>
                <Button onClick={() => ask('add')}>{words.add}</Button>
              </SpaceBetween>
            }
          >
            {words.header}
          </Header>
        }
        items={groups.data ?? []}
        loading={groups.isPending}
        loadingText={words.loading}
        trackBy="groupId"
        selectionType="single"
        selectedItems={chosen ? [chosen] : []}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems[0])}
        ariaLabels={{ selectionGroupLabel: words.header, itemSelectionLabel: (_, item) => item.name }}
        empty={<Empty header={words.empty} text={words.emptyAutomatic} />}
        columnDefinitions={[
          { id: 'name', header: words.name, isRowHeader: true, cell: (group) => group.name },
          { id: 'zone', header: words.zone, cell: (group) => group.zone ?? words.anyZone },
          { id: 'added', header: words.added, cell: ({ createdAt }) => <When at={createdAt} /> },
        ]}
      />
      <Confirm
        visible={asking === 'add'}
        header={words.addHeader}
        act={words.doAdd}
        pending={add.isPending}
        error={refused ? null : error}
        disabled={name === ''}
        onLeave={() => setAsking(undefined)}
        onAct={() => add.mutate()}
      >
        <SpaceBetween size="m">
          <FormField label={words.name} errorText={errorOf('name')}>
            <Input value={name} onChange={({ detail }) => setName(detail.value)} />
          </FormField>
          <FormField label={words.zone} description={words.zoneAbout} errorText={errorOf('zone')}>
            <Input value={zone} onChange={({ detail }) => setZone(detail.value.trim())} />
          </FormField>
        </SpaceBetween>
      </Confirm>
      <Confirm
        visible={asking === 'remove'}
        header={words.removeHeader(chosen?.name ?? '')}
        act={words.doRemove}
        pending={remove.isPending}
        error={remove.error}
        onLeave={() => setAsking(undefined)}
        onAct={() => chosen && remove.mutate(chosen)}
      >
        {words.removeText}
      </Confirm>
    </>
  );
};
