import { assertApart } from './apart.ts';
import type { Row } from './row.ts';
import type { Tour } from './world.ts';

export interface Performed {
  readonly row: Row;
  readonly passed: boolean;
  /** What was checked, or why it is not so. */
  readonly words: string;
  readonly seconds: number;
}

export const perform = async (tour: Tour, row: Row): Promise<Performed> => {
  const start = performance.now();
  const after = () => (performance.now() - start) / 1_000;
  try {
    const words = await row.run(tour);
    await assertApart(tour);
    return { row, passed: true, words, seconds: after() };
  } catch (error) {
    const words = error instanceof Error ? `${error.message}` : String(error);
    return { row, passed: false, words, seconds: after() };
  }
};
