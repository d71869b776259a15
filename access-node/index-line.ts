import type { SharedLibraryIndex } from '../library/library-index.ts';

/** A worker thread's line to the main thread, which alone refreshes a library's index: a copy each would not fit. */
export interface IndexLine {
  /** Of the library that the order in hand was lent. */
  askForFresh(): Promise<SharedLibraryIndex>;
  /** What the main thread answers. */
  answered(answer: FreshIndex): void;
}

export type FreshIndex =
  | { readonly index: SharedLibraryIndex }
  | { readonly error: { readonly name: string; readonly message: string } };

export const createIndexLine = (say: (message: { readonly type: 'want-index' }) => void): IndexLine => {
  let asked: PromiseWithResolvers<SharedLibraryIndex> | undefined;
  return {
    askForFresh() {
      if (!asked) say({ type: 'want-index' });
      asked ??= Promise.withResolvers();
      return asked.promise;
    },
    answered(answer) {
      const waiting = asked;
      asked = undefined;
      if ('index' in answer) return waiting?.resolve(answer.index);
      const failed = new Error(answer.error.message);
      failed.name = answer.error.name;
      waiting?.reject(failed);
    },
  };
};
