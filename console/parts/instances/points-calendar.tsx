import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Calendar from '@cloudscape-design/components/calendar';
import Container from '@cloudscape-design/components/container';
import Grid from '@cloudscape-design/components/grid';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { texts } from '../../texts.ts';
import { Empty } from '../states.tsx';
import { isDay } from './day.ts';
import { DayPoints } from './day-points.tsx';
import { dayOf, type PointsOfInstance } from './points.ts';

const words = texts.instance;

const BESIDE = [{ colspan: { default: 12, m: 4 } }, { colspan: { default: 12, m: 8 } }] satisfies React.ComponentProps<
  typeof Grid
>['gridDefinition'];

/** Which days have recovery points, and those of the day that is chosen (`?day=`); of none: the newest one's. */
export const PointsCalendar = ({
  points: { items, more },
  tenant,
}: {
  readonly points: PointsOfInstance;
  readonly tenant: string | undefined;
}) => {
  const [search, setSearch] = useSearchParams();
  const byDay = useMemo(() => Map.groupBy(items, ({ takenAt }) => dayOf(takenAt)), [items]);
  const newest = items[0] ? dayOf(items[0].takenAt) : undefined;
  if (newest === undefined)
    return (
      <Container header={<Header variant="h2">{words.points}</Header>}>
        <Empty header={words.noPoints} text={words.noPointsText} />
      </Container>
    );
  const asked = search.get('day') ?? '';
  const day = isDay(asked) ? asked : newest;
  const choose = (value: string): void =>
    setSearch((before) => {
      const after = new URLSearchParams(before);
      if (value === newest) after.delete('day');
      else after.set('day', value);
      return after;
    });
  return (
    <Grid gridDefinition={BESIDE}>
      <Container
        header={
          <Header variant="h2" description={words.pointsAbout}>
            {words.points}
          </Header>
        }
      >
        <SpaceBetween size="s">
          <Calendar
            value={day}
            locale="en-GB"
            ariaLabel={words.calendar}
            isDateEnabled={(date) => byDay.has(dayOf(date))}
            onChange={({ detail }) => choose(detail.value)}
          />
          {day === newest ? null : <Button onClick={() => choose(newest)}>{words.newest}</Button>}
          {more ? <Alert type="info">{words.older(items.length)}</Alert> : null}
        </SpaceBetween>
      </Container>
      <DayPoints day={day} points={byDay.get(day) ?? []} tenant={tenant} />
    </Grid>
  );
};
