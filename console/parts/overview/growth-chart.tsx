import LineChart from '@cloudscape-design/components/line-chart';
import { bytes, time } from '../../../cli/units.ts';
import type { LibraryGrowth } from '../../../core/contracts/overview.ts';
import { texts } from '../../texts.ts';

const words = texts.overview.growth;
/** More lines than colours can be told apart. */
const MOST_LINES = 8;

const newest = ({ points }: LibraryGrowth): number => points.at(-1)?.packBytes ?? 0;

/** Of the largest libraries, a line each. */
const GrowthChart = ({ libraries }: { readonly libraries: readonly LibraryGrowth[] }) => {
  const shown = libraries.toSorted((a, b) => newest(b) - newest(a)).slice(0, MOST_LINES);
  return (
    <LineChart
      height={180}
      hideFilter
      ariaLabel={words.chart}
      xScaleType="time"
      xTitle={words.time}
      yTitle={words.packs}
      i18nStrings={{ xTickFormatter: (at) => time(at.toISOString()).slice(5, 16), yTickFormatter: bytes }}
      yDomain={[0, Math.max(1, ...shown.flatMap(({ points }) => points.map(({ packBytes }) => packBytes)))]}
      series={shown.map(({ name, points }) => ({
        title: name,
        type: 'line' as const,
        valueFormatter: bytes,
        data: points.map(({ at, packBytes }) => ({ x: new Date(at), y: packBytes })),
      }))}
    />
  );
};

export default GrowthChart;
