/** A page that lists what one tenant has: for an operator, of the tenant that is chosen. */
import Header from '@cloudscape-design/components/header';
import Table, { type TableProps } from '@cloudscape-design/components/table';
import type { ReactNode } from 'react';
import { Empty } from './states.tsx';
import { TenantChoice } from './tenant-choice.tsx';

interface TenantListProps<T> {
  readonly words: Readonly<
    Record<'header' | 'about' | 'loading' | 'empty' | 'emptyText' | 'choose' | 'chooseText', string>
  >;
  readonly items: readonly T[];
  readonly trackBy: keyof T & string;
  readonly columns: TableProps.ColumnDefinition<T>[];
  /** Absent: it is not known yet. */
  readonly counter: string | undefined;
  readonly loading: boolean;
  /** There is somebody whose things are listed. */
  readonly isChosen: boolean;
  readonly actions?: ReactNode;
  readonly footer?: ReactNode;
}

export const TenantList = <T,>(props: TenantListProps<T>) => {
  const { words, items, trackBy, columns, counter, loading, isChosen, actions, footer } = props;
  return (
    <Table
      variant="full-page"
      stickyHeader
      wrapLines
      trackBy={trackBy}
      items={items}
      loading={loading}
      loadingText={words.loading}
      columnDefinitions={columns}
      header={
        <Header variant="awsui-h1-sticky" description={words.about} counter={counter} actions={actions}>
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
      footer={footer}
    />
  );
};
