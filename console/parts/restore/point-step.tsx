/** Which recovery point. */
import Alert from '@cloudscape-design/components/alert';
import Autosuggest from '@cloudscape-design/components/autosuggest';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { useState } from 'react';
import { useParams, useSearchParams } from 'react-router';
import { bytes, count, duration, secondsBetween } from '../../../cli/units.ts';
import type { RecoveryPointView } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';
import { Id } from '../id.tsx';
import { NoData } from '../no-data.tsx';
import { Empty } from '../states.tsx';
import { TenantChoice } from '../tenant-choice.tsx';
import { When } from '../when.tsx';
import { OF_ONE_TENANT } from './draft.ts';
import type { RestoreForm } from './form.ts';
import { instanceIn } from './instance-in.ts';
import { sizeOf, useNamedInstances, usePoints } from './points.ts';

const words = texts.restore.point;

const verifiedWords = ({ verified }: RecoveryPointView): string =>
  verified ? words.verifiedWords[verified.depth] : texts.none;

const COLUMNS: TableProps.ColumnDefinition<RecoveryPointView>[] = [
  {
    id: 'taken',
    header: words.taken,
    isRowHeader: true,
    cell: ({ takenAt }) => (
      <>
        <When at={takenAt} />
        <Box color="text-body-secondary">{words.ago(duration(secondsBetween(takenAt, Date.now())))}</Box>
      </>
    ),
  },
  {
    id: 'instance',
    header: words.of,
    cell: ({ instanceId, instanceName }) => (
      <>
        {instanceName ? <div>{instanceName}</div> : null}
        <Id>{instanceId}</Id>
      </>
    ),
  },
  {
    id: 'kind',
    header: words.kind,
    cell: ({ kind, consistency }) => (
      <>
        {kind}
        {consistency ? <Box color="text-body-secondary">{words.consistent(consistency.kind)}</Box> : null}
      </>
    ),
  },
  {
    id: 'size',
    header: words.size,
    cell: (point) => (
      <>
        <Id>{bytes(sizeOf(point))}</Id>
        <Box color="text-body-secondary">{count(point.volumes.length, 'volume')}</Box>
      </>
    ),
  },
  { id: 'verified', header: words.verified, cell: verifiedWords },
];

interface Props {
  readonly form: RestoreForm;
  readonly point: RecoveryPointView | undefined;
  /** The address names one that is not there. */
  readonly isMissing: boolean;
  choose(point: RecoveryPointView): void;
}

export const PointStep = ({ form, point, isMissing, choose }: Props) => {
  const isNamed = useParams().recoveryPointId !== undefined;
  const [search, setSearch] = useSearchParams();
  // what is typed is here, for the address is drawn a moment later
  const [asked, setAsked] = useState(search.get('instance') ?? '');
  const known = useNamedInstances(form.tenant, !isNamed).data?.items ?? [];
  const typed = instanceIn(asked, known);
  const instanceId = isNamed ? point?.instanceId : typed;
  const points = usePoints(instanceId, form.tenant);
  const listed = points.data?.pages.flatMap(({ items }) => items) ?? [];
  const isListed = listed.some(({ recoveryPointId }) => recoveryPointId === point?.recoveryPointId);
  const items = point && !isListed ? [point, ...listed] : listed;
  const problem = form.problemOf('recoveryPointId');
  const setInstance = (value: string): void => {
    setAsked(value);
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (value === '') after.delete('instance');
        else after.set('instance', value.trim());
        return after;
      },
      { replace: true },
    );
  };
  return (
    <SpaceBetween size="l">
      {isMissing ? (
        <Alert type="error" header={words.notThere}>
          {words.notThereText}
        </Alert>
      ) : null}
      {point && point.state !== 'available' ? (
        <Alert type="warning" header={words.state(point.state)}>
          {words.stateText}
        </Alert>
      ) : null}
      {problem ? <Alert type="error">{problem}</Alert> : null}
      {isNamed ? null : (
        <div className="filters">
          {form.isOperator ? <TenantChoice ofOne={OF_ONE_TENANT} /> : null}
          <FormField
            label={words.instance}
            constraintText={asked !== '' && typed === undefined ? words.badInstance : undefined}
          >
            <Autosuggest
              value={asked}
              placeholder={words.placeholder}
              options={known.map(({ instanceId: value, name }) =>
                name === undefined ? { value } : { value, label: name, description: value },
              )}
              enteredTextLabel={words.entered}
              empty={words.noInstance}
              ariaLabel={words.instance}
              onChange={({ detail }) => setInstance(detail.value)}
            />
          </FormField>
        </div>
      )}
      {points.error && !points.data ? (
        <NoData error={points.error} retry={() => void points.refetch()} />
      ) : (
        <Table
          trackBy="recoveryPointId"
          selectionType="single"
          items={items}
          selectedItems={point ? [point] : []}
          onSelectionChange={({ detail }) => detail.selectedItems.forEach(choose)}
          onRowClick={({ detail }) => choose(detail.item)}
          loading={points.isPending}
          loadingText={words.loading}
          columnDefinitions={COLUMNS}
          header={
            <Header variant="h3" counter={points.data ? texts.jobs.shown(items.length, points.hasNextPage) : undefined}>
              {words.table}
            </Header>
          }
          ariaLabels={{
            selectionGroupLabel: words.table,
            itemSelectionLabel: (_, { recoveryPointId }) => words.select(recoveryPointId),
          }}
          empty={<Empty header={words.empty} text={words.emptyText} />}
          footer={
            points.hasNextPage ? (
              <Button loading={points.isFetchingNextPage} onClick={() => void points.fetchNextPage()}>
                {words.more}
              </Button>
            ) : undefined
          }
        />
      )}
    </SpaceBetween>
  );
};
