import { MultiBar, type SingleBar } from 'cli-progress';
import type { JobInstanceView } from '../core/contracts/api.ts';
import type { JobProgress } from './job-progress.ts';
import { fractionOf, progressWords, waitWords } from './job-words.ts';
import { printable } from './printable.ts';
import type { Screen } from './screen.ts';

/** Of a bar: fine enough that every poll moves it. */
const STEPS = 1_000;
/** "waiting for an access node" may be longer: it is followed by words that need no column. */
const PHASE_WIDTH = 21;

/** The bars write by themselves, and only where a person looks on. */
const shown = (text: string): string => printable(text, { colored: true });

/** Progress for a person at a terminal: one bar an instance, drawn over itself. */
export const createJobBars = (screen: Screen): JobProgress => {
  const { dim, cyan, red } = screen.colors;
  const bars = new Map<string, SingleBar>();
  let opening: SingleBar | undefined;
  const multi = new MultiBar({
    format: `${'{instance}'}  ${cyan('{bar}')} {percentage} %  {phase}  {words}`,
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
    const words = error ? red(error.name) : dim(progressWords(instance) || waitWords(instance, Date.now()));
    const payload = { instance: shown(instanceId), phase: shown(phase).padEnd(PHASE_WIDTH), words: shown(words) };
    const value = Math.floor((fractionOf(instance) ?? 0) * STEPS);
    const bar = bars.get(instanceId);
    if (bar) bar.update(value, payload);
    else bars.set(instanceId, multi.create(STEPS, value, payload));
  };

  return {
    show(job) {
      // a job that is not open yet has no instances: something should be seen to happen all the same
      if ((job.instances ?? []).length === 0)
        opening ??= multi.create(STEPS, 0, { instance: 'job', phase: '', words: '' });
      else if (opening) {
        multi.remove(opening);
        opening = undefined;
      }
      opening?.update(0, { phase: shown(job.state) });
      for (const instance of job.instances ?? []) showInstance(instance);
      multi.update();
    },
    note: (text) => multi.log(`${shown(text)}\n`),
    end: () => multi.stop(),
  };
};
