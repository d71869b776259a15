import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { TableProps } from '@cloudscape-design/components/table';
import { retentionWords } from '../../cli/plan-words.ts';
import type { PlanView } from '../../core/contracts/plans.ts';
import { planAddress, retentionAddress } from '../addresses.ts';
import { Go, useFollow } from '../parts/go.tsx';
import { NoData } from '../parts/no-data.tsx';
import { scheduleInWords } from '../parts/plans/schedule-words.ts';
import { usePlans } from '../parts/plans/use-plans.ts';
import { useTenant } from '../parts/tenant-choice.tsx';
import { TenantList } from '../parts/tenant-list.tsx';
import { When } from '../parts/when.tsx';
import { texts } from '../texts.ts';
import { useWho } from '../who.tsx';

const words = texts.plans;
type Columns = TableProps.ColumnDefinition<PlanView>[];

const columnsOf = (isOperator: boolean, tenant: string | undefined): Columns => [
  {
    id: 'name',
    header: words.columns.name,
    isRowHeader: true,
    cell: ({ planId, name }) => <Go href={planAddress(tenant, planId)}>{name}</Go>,
  },
  { id: 'method', header: words.columns.method, cell: ({ method }) => method },
  {
    id: 'schedule',
    header: words.columns.schedule,
    cell: ({ schedule }) => (schedule ? scheduleInWords(schedule) : words.onDemand),
  },
  {
    id: 'next',
    header: words.columns.next,
    cell: ({ paused, nextRunAt }) =>
      paused ? <StatusIndicator type="stopped">{words.paused}</StatusIndicator> : <When at={nextRunAt} />,
  },
  { id: 'last', header: words.columns.last, cell: ({ lastRunAt }) => <When at={lastRunAt} /> },
  {
    id: 'kept',
    header: words.columns.kept,
    cell: ({ retention }) => (retention ? retentionWords(retention) : words.forEver),
  },
  ...(isOperator
    ? [{ id: 'transport', header: words.columns.transport, cell: ({ transport }: PlanView) => transport }]
    : []),
];

const Plans = () => {
  const follow = useFollow();
  const isOperator = useWho().kind === 'operator';
  const { tenant, isChosen } = useTenant();
  const plans = usePlans(tenant, isChosen);
  if (plans.error && !plans.data) return <NoData error={plans.error} retry={() => void plans.refetch()} />;
  return (
    <TenantList
      words={words}
      items={plans.data ?? []}
      trackBy="planId"
      columns={columnsOf(isOperator, tenant)}
      counter={plans.data ? `(${plans.data.length})` : undefined}
      loading={plans.isLoading}
      isChosen={isChosen}
      actions={
        isChosen ? (
          <SpaceBetween direction="horizontal" size="xs">
            <Button href={retentionAddress(tenant)} onFollow={follow}>
              {words.retention}
            </Button>
            <Button variant="primary" href={planAddress(tenant)} onFollow={follow}>
              {words.add}
            </Button>
          </SpaceBetween>
        ) : undefined
      }
    />
  );
};

export default Plans;
