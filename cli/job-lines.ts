import type { JobInstanceView } from '../core/contracts/api.ts';
import type { JobProgress } from './job-progress.ts';
import { fractionOf, paintState, progressWords, standsStill, waitWords } from './job-words.ts';
import type { Screen } from './screen.ts';
import { clockTime } from './units.ts';

/** Progress for logs: one line a change. A change is another phase, another tenth of the data, or a wait to speak of. */
export const createJobLines = (screen: Screen): JobProgress => {
  const said = new Map<string, string>();

  const say = (whose: string, key: string, text: string): void => {
    if (said.get(whose) === key) return;
    said.set(whose, key);
    screen.line(`${screen.colors.dim(clockTime(Date.now()))}  ${text}`);
  };

  const showInstance = (instance: JobInstanceView): void => {
    const { instanceId, phase } = instance;
    const fraction = phase === 'transferring' ? fractionOf(instance) : undefined;
    const tenth = fraction === undefined ? '' : Math.floor(fraction * 10);
    const wait = waitWords(instance, Date.now());
    const percent = fraction === undefined ? '' : ` ${Math.floor(fraction * 100)} %`;
    const words = progressWords(instance) || wait;
    const error = instance.error ? `${instance.error.name}: ${instance.error.message}` : '';
    say(
      instanceId,
      `${phase} ${tenth} ${wait !== ''}`,
      [`${instanceId}  ${paintState(screen, phase)}${percent}`, words, error].filter(Boolean).join('  '),
    );
  };

  return {
    show(job) {
      const sayState = (): void => say('', job.state, `job ${paintState(screen, job.state)}`);
      if (!standsStill(job)) sayState();
      for (const instance of job.instances ?? []) showInstance(instance);
      if (standsStill(job)) sayState();
    },
    note: screen.note,
    end: () => {},
  };
};
