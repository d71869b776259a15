import { createHash } from 'node:crypto';

/** What happened in a run, call by call, in virtual time. Two runs of one seed have the same. */
export interface Trace {
  note(line: string): void;
  /** The newest lines, oldest first. */
  lines(): readonly string[];
  readonly length: number;
  /** SHA-256 of all lines so far. */
  hash(): string;
}

export const createTrace = (beginning: number, keep = 20_000): Trace => {
  const hash = createHash('sha256');
  const lines: string[] = [];
  let count = 0;
  return {
    note(text) {
      const line = `${((Date.now() - beginning) / 1_000).toFixed(3).padStart(10)} ${text}`;
      hash.update(`${line}\n`);
      count += 1;
      lines.push(line);
      if (lines.length > 2 * keep) lines.splice(0, keep);
    },
    lines: () => lines,
    get length() {
      return count;
    },
    hash: () => hash.copy().digest('hex'),
  };
};
