import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router';
import { approvalsAddress } from '../addresses.ts';
import { call } from '../api.ts';
import { ApprovalFacts } from '../parts/approvals/approval-facts.tsx';
import { ApprovalOutcome } from '../parts/approvals/approval-outcome.tsx';
import { AskedFor } from '../parts/approvals/asked-for.tsx';
import { Decide } from '../parts/approvals/decide.tsx';
import { getRoute, type Shown } from '../parts/approvals/routes.ts';
import { NoData } from '../parts/no-data.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { Waiting } from '../parts/states.tsx';
import { texts } from '../texts.ts';
import { useWho } from '../who.tsx';

const words = texts.approval;
/** What operators read of a tenant is recorded in the audit log, each time: for them it is asked for seldom. */
const REFRESH_MS = { operator: 60_000, tenant: 3_000, approver: 3_000 } as const;

const Approval = () => {
  const { kind } = useWho();
  const { approvalId = '', tenant } = useParams();
  const { data, error, refetch } = useQuery({
    queryKey: ['approval', tenant, approvalId],
    queryFn: async ({ signal }): Promise<Shown> => {
      const { route, on } = getRoute(kind, tenant);
      return call(route, { params: { ...on, approvalId }, signal });
    },
    refetchInterval: ({ state }) =>
      state.data && !['waiting', 'approved'].includes(state.data.state) ? false : REFRESH_MS[kind],
  });
  if (!data && error) return <NoData error={error} retry={() => void refetch()} />;
  if (!data) return <Waiting text={words.loading} />;
  const [first = data.operation, ...rest] = data.what;
  return (
    <OneOf
      of={[{ text: texts.approvals.header, href: approvalsAddress(tenant) }]}
      title={first}
      crumb={data.operation}
      about={rest.join(' ')}
    >
      <ApprovalOutcome approval={data} />
      <ApprovalFacts approval={data} />
      <AskedFor approval={data} />
      {kind === 'approver' ? <Decide approval={data} refresh={() => void refetch()} /> : null}
    </OneOf>
  );
};

export default Approval;
