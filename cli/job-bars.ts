import { MultiBar, type SingleBar } from 'cli-progress';
import type { JobInstanceView } from '../core/contracts/api.ts';
import { fractionOf, progressWords, waitWords } from './job-words.ts';
import type { Screen } from './screen.ts';
import type { JobProgress } from './watch-job.ts';

/** Of a bar: fine enough that every poll moves it. */
const STEPS = 1_000;

/** Progress for a person at a terminal: one bar an instance, drawn over itself. */
export const createJobBars = (screen: Screen): JobProgress => {
  const { dim, cyan } = screen.colors;
  const bars = new Map<string, SingleBar>();
  const multi = new MultiBar({
    format: `${'{instance}'}  ${cyan('{bar}')} {percentage} %  {phase}  ${dim('{words}')}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: false,
    linewrap: false,
    forceRedraw: true,
    autopadding: true,
  });

  const showInstance = (instance: JobInstanceView): void => {
    const { instanceId, phase, error } = instance;
    const words = error?.name ?? (progressWords(instance) || waitWords(instance, Date.now()));
    const payload = { instance: instanceId, phase, words };
    const value = Math.floor((fractionOf(instance) ?? 0) * STEPS);
    const bar = bars.get(instanceId);
    if (bar) bar.update(value, payload);
    else bars.set(instanceId, multi.create(STEPS, value, payload));
  };

  return {
    show(job) {
      for (const instance of job.instances ?? []) showInstance(instance);
      multi.update();
    },
    note: (text) => multi.log(`${text}\n`),
    end: () => multi.stop(),
  };
};
