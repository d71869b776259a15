import type { JobId } from '../contracts/ids.ts';
import type { Effect } from '../domain/effect.ts';

/** What attempts have made, noted before it is made, so that cleanup finds it. Of all methods: see `Catalog`. */
export interface Effects {
  /** Records the intent, if there is no record of that id; answers the record. */
  intend(effect: Effect): Promise<Effect>;
  update(effect: Effect, change: Partial<Pick<Effect, 'state' | 'resourceIds' | 'inUse'>>): Promise<void>;
  ofAttempt(jobId: JobId, attempt: number): Promise<readonly Effect[]>;
}
