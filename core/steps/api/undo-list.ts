import { TransientFailure } from '../../domain/errors.ts';

export type About = (what: string, undo: () => Promise<void>) => void;

interface Made {
  readonly what: string;
  undo(): Promise<void>;
}

/** To whoever asked it is a transient failure; the intent of what was made stays. */
export class NotUndone extends TransientFailure {}

/** Nobody can say whether it may be removed: it is left, and said so. */
const notKnown = (error: unknown, cause: unknown): never => {
  throw new NotUndone(`${text(error)} Whether what had been made is in use could not be read: ${text(cause)}`, {
    cause: error,
  });
};

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * For what is made before the record that it belongs to: if that cannot be written, nothing stays behind. `run` notes
 * each thing right before it makes it, because a call whose answer was lost has made it too; so undoing what is not
 * there must be fine. Errors: that of `run`; TransientFailure, naming what is left, if something could not be undone.
 */
export const allOrNothing = async <T>(
  run: (about: About) => Promise<T>,
  /** Whether what was made is in use after all: by another request under the same key, that was quicker. */
  isWanted: () => Promise<boolean>,
): Promise<T> => {
  const made: Made[] = [];
  try {
    return await run((what, undo) => {
      made.push({ what, undo });
    });
  } catch (error) {
    const wanted = made.length > 0 && (await isWanted().catch((cause: unknown) => notKnown(error, cause)));
    if (wanted) throw error;
    const left: string[] = [];
    for (const { what, undo } of made.reverse())
      await undo().catch((cause: unknown) => left.push(`${what} (${text(cause)})`));
    if (left.length === 0) throw error;
    throw new NotUndone(`${text(error)} What had been made could not be removed: ${left.join(', ')}.`, {
      remedy: 'The reaper removes it in a few hours (holdfast reaper plan).',
      cause: error,
    });
  }
};
