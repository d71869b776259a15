import type { Json } from '../json.ts';
import type { State } from './definition.ts';

/** One branch of an execution: the execution itself, a branch of a Parallel state, an iteration of an inline Map. */
export class Frame {
  /** Where in the program the branch was begun; unique in the execution. */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly variables: Record<string, Json>;
  readonly mapItem: { readonly Index: number; readonly Value: Json } | undefined;
  /** Id of the branch's last event. */
  previous: number;
  /** When the branch's last event or effect was; expressions take it for the time. */
  now: number;
  /** The state that the branch is in. */
  active: State['Type'] | undefined;
  #places = 0;

  constructor(
    path: string,
    signal: AbortSignal,
    from: { previous: number; now: number; variables: Record<string, Json> },
    mapItem?: { Index: number; Value: Json },
  ) {
    this.path = path;
    this.signal = signal;
    this.previous = from.previous;
    this.now = from.now;
    // A copy: what a branch assigns is not seen outside it.
    this.variables = { ...from.variables };
    this.mapItem = mapItem;
  }

  /** The next place in the program of this branch. */
  place(): string {
    return `${this.path}#${this.#places++}`;
  }

  get inBranch(): boolean {
    return this.path !== '';
  }
}
