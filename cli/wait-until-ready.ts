/** Looks again and again for what a service hypervisor's template makes. */
import { type HypervisorView, operatorRoutes } from '../core/contracts/api.ts';
import { CliError } from './cli-error.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';

/** A template that was deployed in the meantime is seen at once; else it takes a minute or two. */
const FIRST_POLL_MS = 500;
const POLL_MS = 5_000;
/** Somebody has to deploy it by hand: an hour is enough for those who are at it. */
const PATIENCE_MS = 3_600_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A conflict names what is missing yet, which somebody deploys in the meantime. */
const mayCome = (error: unknown): error is CliError =>
  error instanceof CliError &&
  (error.exitCode === EXIT.unreachable ||
    [409, 429].includes(error.problem?.status ?? 0) ||
    (error.problem?.status ?? 0) >= 500);

/** Errors: CliError `NotReady` after an hour, and whatever is refused for good. What is missing is said on stderr. */
export const waitUntilReady = async (
  { api, screen }: Context,
  { hypervisorId }: Pick<HypervisorView, 'hypervisorId'>,
): Promise<HypervisorView> => {
  const until = Date.now() + PATIENCE_MS;
  let said = '';
  const say = (words: string): void => {
    if (words !== said) screen.note(words);
    said = words;
  };
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(POLL_MS, pause * 2)) {
    try {
      const hypervisor = await api.call(operatorRoutes.checkHypervisor, { params: { hypervisorId } });
      if (hypervisor.state !== 'preparing') return hypervisor;
      say('Not all of it is there yet. Waiting.');
    } catch (error) {
      if (!mayCome(error)) throw error;
      say(`${error.message} Waiting.`);
    }
    if (Date.now() > until) {
      throw new CliError('NotReady', `After an hour, not all of the template is there. ${said}`, {
        exitCode: EXIT.incomplete,
        remedy: `Deploy it, then: holdfast hypervisor check ${hypervisorId}`,
      });
    }
    await sleep(pause);
  }
};
