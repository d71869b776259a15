import { Conflict } from '../../domain/errors.ts';
import { everyItem } from '../../ports/every-item.ts';
import type { Page, PageRequest } from '../../ports/page.ts';

/** So that no tenant takes up what all of them share: the tick's time, the machines' executions, the nodes. */
export const MOST_PLANS = 200;
export const MOST_VM_GROUPS = 500;
export const MOST_OPEN_JOBS = 200;

/**
 * Two that are asked for at once may both be let in: a limit is no promise of a number. `what`: in the plural.
 * Errors: Conflict, naming the limit.
 */
export const refuseMoreThan = async <T>(
  most: number,
  what: string,
  list: (page: PageRequest) => Promise<Page<T>>,
  remedy: string,
  counts: (item: T) => boolean = () => true,
): Promise<void> => {
  let count = 0;
  for await (const item of everyItem(list)) {
    if (counts(item)) count += 1;
    if (count >= most) throw new Conflict(`There are ${most} ${what} already, and no more can be made.`, { remedy });
  }
};
