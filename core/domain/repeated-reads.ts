/**
 * A page that is open asks for the same every few seconds. A read whose entry would say what one of the last minutes says
 * already is counted, and the count written with the next such entry.
 */
const WINDOW_MS = 900_000;
const MOST_REMEMBERED = 2_000;

interface Written {
  readonly at: number;
  readonly leftOut: number;
}

export interface RepeatedReads {
  /** `leftOut`: how many were not written since the last one that was. Undefined: this one is not to be written. */
  admit(entry: string, now: number): { readonly leftOut: number } | undefined;
  /** It was not written after all: the next one is. */
  forget(entry: string): void;
}

/** Holds for one instance of a function: what is lost with it is that it was written lately, and the count since. */
export const createRepeatedReads = (): RepeatedReads => {
  const remembered = new Map<string, Written>();
  const remember = (entry: string, written: Written): void => {
    remembered.delete(entry);
    if (remembered.size >= MOST_REMEMBERED) remembered.delete(remembered.keys().next().value ?? '');
    remembered.set(entry, written);
  };
  return {
    admit(entry, now) {
      const last = remembered.get(entry);
      if (last && now - last.at < WINDOW_MS) {
        remember(entry, { at: last.at, leftOut: last.leftOut + 1 });
        return undefined;
      }
      remember(entry, { at: now, leftOut: 0 });
      return { leftOut: last?.leftOut ?? 0 };
    },
    forget: (entry) => void remembered.delete(entry),
  };
};
