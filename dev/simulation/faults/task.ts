import type { Cell } from './cell.ts';

/** What a process of the fault matrix is told. */
export interface Task {
  readonly survey?: readonly string[];
  readonly cells?: readonly Cell[];
}

export const CELLS_SCRIPT = 'faults/run-cells.ts';
