/** Charts are loaded when they are shown: with them the first page would be half as large again. */
import BarChart from '@cloudscape-design/components/bar-chart';
import {
  colorChartsStatusHigh,
  colorChartsStatusInfo,
  colorChartsStatusNeutral,
  colorChartsStatusPositive,
} from '@cloudscape-design/design-tokens';
import { clockTime } from '../../../cli/units.ts';
import { texts } from '../../texts.ts';
import { type Day, ENDINGS } from './day.ts';

const words = texts.overview.jobs;

const COLORS = {
  completed: colorChartsStatusPositive,
  errors: colorChartsStatusHigh,
  stopped: colorChartsStatusNeutral,
  open: colorChartsStatusInfo,
} as const;

const hourWords = (hour: Date): string => clockTime(hour.getTime()).slice(0, 5);

const DayChart = ({ day: { hours, counts } }: { readonly day: Day }) => (
  <BarChart
    stackedBars
    height={180}
    hideFilter
    ariaLabel={words.chart}
    xTitle={words.hour}
    yTitle={words.count}
    xScaleType="categorical"
    xDomain={hours.map(hourWords)}
    series={ENDINGS.map((ending) => ({
      title: words.outcomes[ending],
      type: 'bar' as const,
      color: COLORS[ending],
      data: hours.map((hour, n) => ({ x: hourWords(hour), y: counts[ending][n] ?? 0 })),
    }))}
  />
);

export default DayChart;
