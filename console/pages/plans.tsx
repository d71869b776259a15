import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import { retentionWords } from '../../cli/plan-words.ts';
import type { PlanView } from '../../core/contracts/plans.ts';
import { planAddress, retentionAddress } from '../addresses.ts';
import { Go, useFollow } from '../parts/go.tsx';
import { scheduleInWords } from '../parts/plans/schedule-words.ts';
import { usePlans } from '../parts/plans/use-plans.ts';
import { Empty, Failed } from '../parts/states.tsx';
import { TenantChoice, useTenant } from '../parts/tenant-choice.tsx';
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
  if (plans.error && !plans.data) return <Failed error={plans.error} retry={() => void plans.refetch()} />;
  return (
    <Table
      variant="full-page"
      stickyHeader
      wrapLines
      trackBy="planId"
      items={plans.data ?? []}
      loading={plans.isLoading}
      loadingText={words.loading}
      columnDefinitions={columnsOf(isOperator, tenant)}
      header={
        <Header
          variant="awsui-h1-sticky"
          description={words.about}
          counter={plans.data ? `(${plans.data.length})` : undefined}
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
        >
          {words.header}
        </Header>
      }
      filter={
        <div className="filters">
          <TenantChoice />
        </div>
      }
      empty={
        isChosen ? (
          <Empty header={words.empty} text={words.emptyText} />
        ) : (
          <Empty header={words.choose} text={words.chooseText} />
        )
      }
    />
  );
};

export default Plans;
