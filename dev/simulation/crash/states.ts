import type { SimCall } from '../call.ts';
import type { WireAnswer } from '../wire.ts';
import { hasChanged } from './changes.ts';

/** A call at which a process may die. */
export interface Boundary {
  readonly who: string;
  readonly call: string;
  /** What world the process's death leaves there: see States. */
  readonly before: string;
  readonly after: string;
}

/**
 * Which deaths leave the same world. A process acts on the world by its calls (and a function by its result), so all that
 * matters of its death is which of its calls had arrived by then, and had an effect. Its calls in the order in which they
 * arrive: to die after one is to die before the next one; and where a call changes nothing, before it is after it. What
 * is left is one state for the beginning of each life (of a function: of each invocation), and one for each call that
 * changes something. Only the moment of the death differs inside a state.
 */
export interface States {
  began(call: SimCall): void;
  arrived(call: SimCall): void;
  answered(call: SimCall, answer: WireAnswer | undefined): void;
  /** In the order in which calls began, which is how crashes count them. */
  boundaries(): readonly Boundary[];
}

interface Seen {
  readonly call: SimCall;
  changed: boolean;
}

export const watchStates = (): States => {
  const begun: SimCall[] = [];
  /** By life: its calls as they arrived. */
  const lives = new Map<string, Seen[]>();
  const seen = new Map<number, Seen>();
  const lifeOf = ({ who, invocation }: SimCall): string => `${who}/${invocation}`;
  return {
    began: (call) => void begun.push(call),
    arrived(call) {
      const life = lives.get(lifeOf(call)) ?? [];
      lives.set(lifeOf(call), life);
      // until it is answered it may have changed anything
      const one = { call, changed: true };
      seen.set(call.index, one);
      life.push(one);
    },
    answered(call, answer) {
      const one = seen.get(call.index);
      if (one) one.changed = hasChanged(call, answer);
    },
    boundaries() {
      const states = new Map<number, { before: string; after: string }>();
      for (const [life, calls] of lives) {
        let state = 0;
        for (const { call, changed } of calls) {
          const before = `${life}/${state}`;
          if (changed) state += 1;
          states.set(call.index, { before, after: `${life}/${state}` });
        }
      }
      return begun.map((call) => ({
        who: call.who,
        call: `${call.service} ${call.operation}`,
        // one that never arrived is like none other
        ...(states.get(call.index) ?? { before: `never/${call.index}`, after: `never/${call.index}` }),
      }));
    },
  };
};
