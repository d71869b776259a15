import type { Chaos, SimCall, Verdict } from '../call.ts';
import { cutOff, reshapeInputs } from '../gate.ts';
import type { Run } from '../run.ts';
import { currentProcess } from '../virtual/sim-process.ts';
import { isCaller, pathsOf } from './api-of.ts';
import type { Cell } from './cell.ts';
import { createStaleReads } from './stale-reads.ts';

export interface Strike {
  readonly chaos: Chaos;
  /** What happened, once it has. */
  fired(): string | undefined;
}

/** Lists whose pages can be made as short as one entry; all others are cut off in the middle of an answer instead. */
const SHORT_PAGE: Readonly<Record<string, object>> = {
  Query: { Limit: 1 },
  ListObjectsV2: { MaxKeys: 1 },
};

/** That more is to come, in the two services' own forms. */
const GOES_ON = /"LastEvaluatedKey"|<IsTruncated>true/;

/** The nth call of a path suffers one fault; every other call goes through. */
export const strike = (run: Run, { path, kind, nth }: Cell): Strike => {
  const stale = createStaleReads(run);
  const shortened = new WeakSet<object>();
  let [asked, seen] = [0, 0];
  let fired: string | undefined;

  const operation = path.slice(path.indexOf(':') + 1);
  const page = kind === 'cut-page' ? SHORT_PAGE[operation] : undefined;
  reshapeInputs(
    page &&
      ((name, input) => {
        if (name !== operation || !isCaller(currentProcess(), path.split(' ')[0]) || run.isCalm()) return undefined;
        if (asked++ !== nth) return undefined;
        shortened.add(input);
        return page;
      }),
  );

  const short: Verdict = {
    instead: async (_, send) => {
      const answer = await send();
      const goesOn = GOES_ON.test(String(answer?.body ?? ''));
      fired = goesOn ? 'a page of one entry, and a token' : 'an answer cut off: its list has no second page';
      return goesOn || !answer ? answer : cutOff(answer);
    },
  };
  const verdictOf = (call: SimCall): Verdict => {
    if (page) return typeof call.input === 'object' && call.input && shortened.has(call.input) ? short : 'go';
    if (!pathsOf(call).includes(path) || seen++ !== nth) return 'go';
    if (kind === 'stale-read')
      return {
        instead: stale.answer(call, (what) => {
          fired = what;
        }),
      };
    fired = `call ${call.index} by ${call.who}: ${kind}`;
    return { fault: kind };
  };
  return {
    chaos: (call) => {
      const verdict = verdictOf(call);
      stale.watch(call);
      return verdict;
    },
    fired: () => fired,
  };
};
