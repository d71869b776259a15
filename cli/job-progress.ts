import type { JobView } from '../core/contracts/api.ts';

/** A way to show how a job goes: as bars, as lines, or not at all. */
export interface JobProgress {
  show(job: JobView): void;
  /** A trouble that will pass, or not. */
  note(text: string): void;
  end(): void;
}
