import Box from '@cloudscape-design/components/box';
import Header from '@cloudscape-design/components/header';
import Table from '@cloudscape-design/components/table';
import { clockTime } from '../../../cli/units.ts';
import type { RecoveryPointView } from '../../../core/contracts/api.ts';
import { pointAddress } from '../../addresses.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';
import { Empty } from '../states.tsx';
import { Kept } from './kept.tsx';
import { PointActions } from './point-actions.tsx';
import { dataOf, levelOf, sizeOf, verifiedOf } from './point-words.ts';

const words = texts.recoveryPoint;

interface Props {
  readonly day: string;
  readonly points: readonly RecoveryPointView[];
  readonly tenant: string | undefined;
}

const Two = ({ first, second }: { readonly first: string; readonly second: string | undefined }) => (
  <div className="id">
    {first}
    <Box color="text-body-secondary">{second}</Box>
  </div>
);

/** What can be restored of one day, newest first. */
export const DayPoints = ({ day, points, tenant }: Props) => (
  <Table
    trackBy="recoveryPointId"
    wrapLines
    items={points}
    header={
      <Header variant="h2" counter={`(${points.length})`}>
        {texts.instance.ofDay(day)}
      </Header>
    }
    empty={<Empty header={texts.instance.noneOfDay} text={texts.instance.noneOfDayText} />}
    columnDefinitions={[
      {
        id: 'taken',
        header: words.taken,
        isRowHeader: true,
        cell: ({ recoveryPointId, takenAt }) => (
          <Go href={pointAddress(recoveryPointId, tenant)}>{clockTime(takenAt)}</Go>
        ),
      },
      {
        id: 'kind',
        header: words.kind,
        cell: (point) => <Two first={point.kind} second={levelOf(point)} />,
      },
      { id: 'size', header: words.size, cell: (point) => <Two first={sizeOf(point)} second={dataOf(point)} /> },
      {
        id: 'verified',
        header: words.verified,
        cell: (point) => (
          <Two
            first={verifiedOf(point)}
            second={point.consistency ? words.consistent(point.consistency.kind) : undefined}
          />
        ),
      },
      { id: 'kept', header: words.kept, cell: (point) => <Kept point={point} /> },
      {
        id: 'actions',
        header: words.actions,
        minWidth: 140,
        cell: (point) => <PointActions point={point} tenant={tenant} inline />,
      },
    ]}
  />
);
