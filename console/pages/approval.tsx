import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group';
import ContentLayout from '@cloudscape-design/components/content-layout';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { approvalsAddress } from '../addresses.ts';
import { ApiFailure, call } from '../api.ts';
import { ApprovalFacts } from '../parts/approvals/approval-facts.tsx';
import { ApprovalOutcome } from '../parts/approvals/approval-outcome.tsx';
import { AskedFor } from '../parts/approvals/asked-for.tsx';
import { Decide } from '../parts/approvals/decide.tsx';
import { getRoute, type Shown } from '../parts/approvals/routes.ts';
import { useFollow } from '../parts/go.tsx';
import { NothingHere } from '../parts/nothing-here.tsx';
import { Failed, Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';
import { useWho } from '../who.tsx';

const words = texts.approval;
/** What operators read of a tenant is recorded in the audit log, each time: for them it is asked for seldom. */
const REFRESH_MS = { operator: 60_000, tenant: 3_000, approver: 3_000 } as const;

const Approval = () => {
  const { kind } = useWho();
  const { approvalId = '', tenant } = useParams();
  const follow = useFollow();
  const { data, error, refetch } = useQuery({
    queryKey: ['approval', tenant, approvalId],
    queryFn: async ({ signal }): Promise<Shown> => {
      const { route, on } = getRoute(kind, tenant);
      return call(route, { params: { ...on, approvalId }, signal });
    },
    refetchInterval: ({ state }) =>
      state.data && !['waiting', 'approved'].includes(state.data.state) ? false : REFRESH_MS[kind],
  });
  if (!data && error instanceof ApiFailure && [400, 404].includes(error.status)) return <NothingHere />;
  if (!data && error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <Waiting text={words.loading} />;
  const [first = data.operation, ...rest] = data.what;
  return (
    <ContentLayout
      breadcrumbs={
        <BreadcrumbGroup
          ariaLabel={texts.breadcrumbs}
          items={[
            { text: texts.approvals.header, href: approvalsAddress(tenant) },
            { text: data.operation, href: '' },
          ]}
          onFollow={follow}
        />
      }
      header={
        <Header variant="h1" description={rest.join(' ')}>
          {first}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <ApprovalOutcome approval={data} />
        <ApprovalFacts approval={data} />
        <AskedFor approval={data} />
        {kind === 'approver' ? <Decide approval={data} refresh={() => void refetch()} /> : null}
      </SpaceBetween>
    </ContentLayout>
  );
};

export default Approval;
