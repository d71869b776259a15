import type { Tour } from './world.ts';

/** One row of the mission, as its table names it. */
export interface Row {
  readonly row: string;
  /** What the row promises, in a few words. */
  readonly title: string;
  /**
   * Does it as a user would, and answers what was checked, in a sentence without a full stop; throws where it is not so.
   * May be run any number of times in one world.
   */
  run(tour: Tour): Promise<string>;
}
