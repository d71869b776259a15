import Box from '@cloudscape-design/components/box';
import type { TableProps } from '@cloudscape-design/components/table';
import { time } from '../../../cli/units.ts';
import type { InstanceView } from '../../../core/contracts/api.ts';
import { instanceAddress } from '../../addresses.ts';
import { texts } from '../../texts.ts';
import { Go } from '../go.tsx';
import { Id } from '../id.tsx';
import { WithAge } from './ago.tsx';
import { Protection } from './protection.tsx';

const words = texts.instances;

export const pointsWords = ({ recoveryPoints, orMore }: InstanceView): string =>
  `${recoveryPoints}${orMore ? '+' : ''}`;

/** When its next backup is due, by whichever plan comes first. */
export const nextRunOf = ({ plans }: InstanceView): string | undefined =>
  plans.flatMap(({ nextRunAt }) => nextRunAt ?? []).toSorted()[0];

export const instanceColumns = (tenant: string | undefined): TableProps.ColumnDefinition<InstanceView>[] => [
  {
    id: 'instance',
    header: words.columns.instance,
    isRowHeader: true,
    cell: ({ instanceId, name }) => (
      <>
        <Go href={instanceAddress(instanceId, tenant)}>{name ?? instanceId}</Go>
        {name === undefined ? null : (
          <Box color="text-body-secondary">
            <Id>{instanceId}</Id>
          </Box>
        )}
      </>
    ),
  },
  {
    id: 'protection',
    header: words.protection,
    minWidth: 240,
    cell: ({ protection, reason }) => (
      <>
        <Protection kind={protection} />
        <Box color="text-body-secondary">{reason}</Box>
      </>
    ),
  },
  {
    id: 'newest',
    header: words.columns.newest,
    cell: ({ newest }) => (newest ? <WithAge at={newest.takenAt} what={newest.kind} /> : texts.none),
  },
  { id: 'points', header: words.columns.points, cell: pointsWords },
  {
    id: 'plans',
    header: words.columns.plans,
    cell: (each) => {
      const next = nextRunOf(each);
      return (
        <>
          {each.plans.map(({ name }) => name).join(', ') || texts.none}
          {next === undefined ? null : (
            <Box color="text-body-secondary">
              <Id>{words.next(time(next))}</Id>
            </Box>
          )}
        </>
      );
    },
  },
  { id: 'state', header: words.columns.state, cell: ({ state }) => state ?? texts.none },
];
