import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Pagination from '@cloudscape-design/components/pagination';
import Table from '@cloudscape-design/components/table';
import { useState } from 'react';
import type { RetentionPlanView } from '../../../core/contracts/api.ts';
import { instanceAddress, pointAddress } from '../../addresses.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';
import { Id } from '../id.tsx';
import { Empty } from '../states.tsx';
import { When } from '../when.tsx';

const words = texts.retention.columns;
const PAGE = 20;

interface Props {
  readonly header: string;
  readonly about: string;
  readonly empty: string;
  readonly points: RetentionPlanView['removes'];
  readonly tenant: string | undefined;
  readonly inAll: number;
  /** Those that are not shown, in words. */
  readonly more: string | undefined;
}

/** Recovery points, each with why. */
export const RetentionPoints = ({ header, about, empty, points, inAll, more, tenant }: Props) => {
  const [page, setPage] = useState(1);
  const pages = Math.max(1, Math.ceil(points.length / PAGE));
  const shown = Math.min(page, pages);
  return (
    <Table
      wrapLines
      trackBy="recoveryPointId"
      items={points.slice((shown - 1) * PAGE, shown * PAGE)}
      header={
        <Header variant="h2" description={about} counter={`(${inAll})`}>
          {header}
        </Header>
      }
      columnDefinitions={[
        {
          id: 'point',
          header: words.point,
          isRowHeader: true,
          cell: ({ recoveryPointId }) => (
            <Go href={pointAddress(recoveryPointId, tenant)}>
              <Id>{recoveryPointId}</Id>
            </Go>
          ),
        },
        {
          id: 'instance',
          header: words.instance,
          cell: ({ instanceId }) => (
            <Go href={instanceAddress(instanceId, tenant)}>
              <Id>{instanceId}</Id>
            </Go>
          ),
        },
        { id: 'kind', header: words.kind, cell: ({ kind }) => kind },
        { id: 'taken', header: words.taken, cell: ({ takenAt }) => <When at={takenAt} /> },
        { id: 'because', header: words.because, cell: ({ reason }) => reason },
      ]}
      pagination={
        pages > 1 ? (
          <Pagination
            currentPageIndex={shown}
            pagesCount={pages}
            onChange={({ detail }) => setPage(detail.currentPageIndex)}
          />
        ) : undefined
      }
      empty={<Empty header={empty} />}
      footer={more ? <Box textAlign="center">{more}</Box> : undefined}
    />
  );
};
