import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import type { InstanceView } from '../../core/contracts/api.ts';
import { InstanceId } from '../../core/contracts/ids.ts';
import { instancesAddress } from '../addresses.ts';
import { ApiFailure, call } from '../api.ts';
import { onTenant } from '../on-tenant.ts';
import { WithAge } from '../parts/instances/ago.tsx';
import { BackUpNow } from '../parts/instances/back-up-now.tsx';
import { nextRunOf, pointsWords } from '../parts/instances/instance-columns.tsx';
import { NotReached } from '../parts/instances/not-reached.tsx';
import { usePointsOf } from '../parts/instances/points.ts';
import { PointsCalendar } from '../parts/instances/points-calendar.tsx';
import { Protection } from '../parts/instances/protection.tsx';
import { NoData } from '../parts/no-data.tsx';
import { NothingHere } from '../parts/nothing-here.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Waiting } from '../parts/states.tsx';
import { When } from '../parts/when.tsx';
import { texts } from '../texts.ts';

const words = texts.instance;
const REFRESH_MS = 60_000;

/** It is found as a person finds it: by its id, in the list. */
const useInstance = (instanceId: string, tenant: string | undefined) => {
  const { route, on } = onTenant('listInstances', tenant);
  return useQuery({
    queryKey: ['instances', tenant, 'one', instanceId],
    queryFn: async ({ signal }) => {
      const { items, accountNotReached } = await call(route, { params: on, query: { text: instanceId }, signal });
      return { instance: items.find((each) => each.instanceId === instanceId), accountNotReached };
    },
    refetchInterval: REFRESH_MS,
  });
};

const names = (of: readonly { readonly name: string }[]): string => of.map(({ name }) => name).join(', ') || texts.none;

const factsOf = (instance: InstanceView): { label: string; value: ReactNode }[] => {
  const { instanceId, protection, reason, newest, plans, groups, state } = instance;
  const { columns } = texts.instances;
  return [
    {
      label: texts.instances.protection,
      value: (
        <>
          <Protection kind={protection} />
          <div>{reason}</div>
        </>
      ),
    },
    { label: columns.newest, value: newest ? <WithAge at={newest.takenAt} /> : texts.none },
    { label: columns.points, value: pointsWords(instance) },
    { label: texts.recoveryPoint.id, value: instanceId },
    { label: columns.state, value: state ?? texts.instances.notInAccount },
    { label: words.groups, value: names(groups) },
    { label: columns.plans, value: names(plans) },
    { label: columns.next, value: <When at={nextRunOf(instance)} /> },
  ];
};

const Instance = () => {
  const { instanceId = '', tenant } = useParams();
  const found = useInstance(instanceId, tenant);
  const points = usePointsOf(instanceId, tenant);
  const error = found.error ?? points.error;
  const isNothing = error instanceof ApiFailure && [400, 404].includes(error.status);
  if (isNothing || !InstanceId.safeParse(instanceId).success) return <NothingHere />;
  if (error && !(found.data && points.data))
    return <NoData error={error} retry={() => void Promise.all([found.refetch(), points.refetch()])} />;
  if (!found.data || !points.data) return <Waiting text={words.loading} />;
  const { instance, accountNotReached } = found.data;
  if (!instance && points.data.items.length === 0) return <NothingHere />;
  const name = instance?.name ?? points.data.items[0]?.instanceName ?? instanceId;
  return (
    <OneOf
      of={[{ text: texts.instances.header, href: instancesAddress(tenant) }]}
      title={name}
      // of one that is gone there is nothing to back up
      actions={instance?.state ? <BackUpNow instanceId={instanceId} name={name} tenant={tenant} /> : undefined}
    >
      <NotReached why={accountNotReached} />
      {instance ? (
        <Container header={<Header variant="h2">{texts.instances.columns.instance}</Header>}>
          <KeyValuePairs columns={4} items={factsOf(instance)} />
        </Container>
      ) : null}
      <PointsCalendar points={points.data} tenant={tenant} />
    </OneOf>
  );
};

export default Instance;
