import Button from '@cloudscape-design/components/button';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { useSearchParams } from 'react-router';
import { auditColumns } from '../parts/audit/audit-columns.tsx';
import { AuditFilters } from '../parts/audit/audit-filters.tsx';
import { Chain } from '../parts/audit/chain.tsx';
import { EntryPanel } from '../parts/audit/entry-panel.tsx';
import { rangeOf } from '../parts/audit/range.ts';
import { useAnchors, useEntries } from '../parts/audit/use-audit.ts';
import { NoData } from '../parts/no-data.tsx';
import { Empty, Failed } from '../parts/states.tsx';
import { useTenant } from '../parts/tenant-choice.tsx';
import { useNameOf } from '../parts/tenants.ts';
import { plainly } from '../plainly.ts';
import { texts } from '../texts.ts';

const words = texts.audit;

const Audit = () => {
  const [search, setSearch] = useSearchParams();
  const { tenant } = useTenant();
  const principal = search.get('principal') ?? undefined;
  const entries = useEntries({ tenant, principal, range: rangeOf(search) });
  const anchors = useAnchors();
  const nameOf = useNameOf();
  const written = entries.data?.pages.flatMap((page) => page.items) ?? [];
  const items = plainly(written);
  const chosen = /^[1-9]\d{0,14}$/.test(search.get('entry') ?? '') ? Number(search.get('entry')) : undefined;
  const choose = (seq: number | undefined): void =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (seq === undefined) after.delete('entry');
      else after.set('entry', String(seq));
      return after;
    });
  if (entries.error && !entries.data) return <NoData error={entries.error} retry={() => void entries.refetch()} />;
  return (
    <>
      <Table
        variant="full-page"
        stickyHeader
        wrapLines
        trackBy={({ seq }) => String(seq)}
        items={items}
        loading={entries.isPending}
        loadingText={words.loading}
        columnDefinitions={auditColumns(nameOf)}
        selectionType="single"
        selectedItems={items.filter(({ seq }) => seq === chosen)}
        onSelectionChange={({ detail }) => choose(detail.selectedItems[0]?.seq)}
        onRowClick={({ detail }) => choose(detail.item.seq)}
        ariaLabels={{
          selectionGroupLabel: words.chooseOne,
          itemSelectionLabel: (_, { seq }) => words.choose(seq),
        }}
        header={
          <SpaceBetween size="s">
            <Header
              variant="awsui-h1-sticky"
              description={words.about}
              actions={
                <Button
                  iconName="refresh"
                  ariaLabel={words.refresh}
                  loading={entries.isRefetching}
                  onClick={() => void Promise.all([entries.refetch(), anchors.refetch()])}
                />
              }
            >
              {words.header}
            </Header>
            {items.length > 0 && anchors.data ? (
              <Chain
                items={written}
                anchors={anchors.data}
                head={entries.data?.pages[0]?.head}
                withoutGaps={tenant === undefined && principal === undefined}
              />
            ) : null}
            {anchors.error ? <Failed error={anchors.error} retry={() => void anchors.refetch()} /> : null}
          </SpaceBetween>
        }
        filter={<AuditFilters />}
        empty={<Empty header={words.empty} text={entries.hasNextPage ? words.emptyYet : words.emptyText} />}
        footer={
          entries.hasNextPage ? (
            <Button loading={entries.isFetchingNextPage} onClick={() => void entries.fetchNextPage()}>
              {words.more}
            </Button>
          ) : undefined
        }
      />
      {chosen === undefined ? null : (
        <EntryPanel
          seq={chosen}
          known={items.find(({ seq }) => seq === chosen)}
          anchors={anchors.data ?? []}
          onClose={() => choose(undefined)}
        />
      )}
    </>
  );
};

export default Audit;
