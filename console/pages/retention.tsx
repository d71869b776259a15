import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { plansAddress } from '../addresses.ts';
import { call } from '../api.ts';
import { onTenant } from '../on-tenant.ts';
import { NoData } from '../parts/no-data.tsx';
import { OneOf } from '../parts/one-of.tsx';
import { RetentionPoints } from '../parts/plans/retention-points.tsx';
import { RunRetention } from '../parts/plans/run-retention.tsx';
import { Empty, Waiting } from '../parts/states.tsx';
import { TenantChoice, useTenant } from '../parts/tenant-choice.tsx';
import { texts } from '../texts.ts';
import { useWho } from '../who.tsx';

const words = texts.retention;

/** What would be removed and what stays, each with why; then just that is removed. */
const Retention = () => {
  const { tenant, isChosen } = useTenant();
  const isOperator = useWho().kind === 'operator';
  const { data, error, refetch } = useQuery({
    queryKey: ['retention', tenant],
    queryFn: ({ signal }) => {
      const { route, on } = onTenant('planRetention', tenant);
      return call(route, { params: on, signal });
    },
    enabled: isChosen,
    // what is shown is what is removed: not exchanged while somebody reads it
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const content = () => {
    if (!isChosen) return <Empty header={words.choose} text={words.chooseText} />;
    if (error && !data) return <NoData error={error} retry={() => void refetch()} />;
    if (!data) return <Waiting text={words.loading} />;
    return (
      <SpaceBetween size="l">
        <RetentionPoints
          header={words.removes}
          about={words.removesAbout}
          empty={words.nothing}
          tenant={tenant}
          points={data.removes}
          inAll={data.removes.length + (data.more ?? 0)}
          more={data.more ? words.more(data.more) : undefined}
        />
        <RetentionPoints
          header={words.keeps}
          about={words.keepsAbout}
          empty={words.noneKept}
          tenant={tenant}
          points={data.keeps}
          inAll={data.keepsInAll}
          more={data.keepsInAll > data.keeps.length ? words.moreKept(data.keepsInAll - data.keeps.length) : undefined}
        />
      </SpaceBetween>
    );
  };
  return (
    <OneOf of={[{ text: texts.plans.header, href: plansAddress(tenant) }]} title={words.header} about={words.about}>
      {isOperator ? (
        <div className="filters">
          <TenantChoice />
        </div>
      ) : null}
      {data ? <RunRetention key={tenant} plan={data} tenant={tenant} refresh={() => void refetch()} /> : null}
      {content()}
    </OneOf>
  );
};

export default Retention;
