/** Bits by number, all 0 at first; an eighth of a byte each. */
export class BitSet {
  #bits = new Uint8Array(1024);

  has(at: number): boolean {
    return (((this.#bits[at >> 3] ?? 0) >> (at & 7)) & 1) === 1;
  }

  /** Whether it was 0 before. */
  add(at: number): boolean {
    if (this.has(at)) return false;
    if (at >> 3 >= this.#bits.length) {
      const more = new Uint8Array(Math.max(this.#bits.length * 2, (at >> 3) + 1));
      more.set(this.#bits);
      this.#bits = more;
    }
    this.#bits[at >> 3] = (this.#bits[at >> 3] as number) | (1 << (at & 7));
    return true;
  }

  delete(at: number): void {
    if (this.has(at)) this.#bits[at >> 3] = (this.#bits[at >> 3] as number) & ~(1 << (at & 7));
  }
}
