const NEXT = 0;
const DONE = 1;
const STOPPED = 2;

/**
 * Which part of the work is whose, for threads that share it: each takes the next turn when it has done the one before,
 * so that none waits for the slowest. Also how far all of them are, and whether they are to stop.
 */
export class SharedTurns {
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(12)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  /** The next turn, counted from 0; undefined when there are no more of `turns`, or when all are to stop. */
  take(turns: number): number | undefined {
    if (Atomics.load(this.#cells, STOPPED) !== 0) return undefined;
    const turn = Atomics.add(this.#cells, NEXT, 1);
    return turn < turns ? turn : undefined;
  }

  /** Blocks that are done, of all threads. */
  get done(): number {
    return Atomics.load(this.#cells, DONE);
  }

  add(blocks: number): void {
    Atomics.add(this.#cells, DONE, blocks);
  }

  stop(): void {
    Atomics.store(this.#cells, STOPPED, 1);
  }

  get stopped(): boolean {
    return Atomics.load(this.#cells, STOPPED) !== 0;
  }
}
