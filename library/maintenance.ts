import type { LossError } from './errors.ts';

export type ProgressUnit = 'index objects' | 'packs' | 'recovery points' | 'pages' | 'objects';

/** What all maintenance takes. */
export interface MaintenanceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Step by step; each begins anew at its own `done` and `total`. */
  readonly onProgress?: ((done: number, total: number, unit: ProgressUnit) => void) | undefined;
}

/** Told of damage, and the work goes on; without it damage is thrown. */
export type OnDamage = (error: LossError) => void;

/** Small objects are fetched by so many at once: each answer takes some 20 ms, whatever its size. */
export const READS_AT_ONCE = 8;

/** The same progress for each of a step's items. */
export const counting = (
  { onProgress }: MaintenanceOptions,
  unit: ProgressUnit,
  total: number,
): { step(): void; readonly done: number } => {
  let done = 0;
  return {
    step: () => {
      done++;
      onProgress?.(done, Math.max(done, total), unit);
    },
    get done() {
      return done;
    },
  };
};
