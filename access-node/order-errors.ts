import { ZodError } from 'zod';
import {
  CorruptObject,
  FenceRaised,
  HoldfastError,
  InvalidRequest,
  LibraryFull,
  LibraryUnavailable,
  MissingObject,
  TransientFailure,
} from '../core/domain/errors.ts';

/** The library's own errors, under the names that the state machines know. */
const translated: Readonly<Record<string, new (message: string, detail: { cause: unknown }) => HoldfastError>> = {
  CorruptObject,
  MissingObject,
  LibraryFull,
  LibraryUnavailable,
  WrongKey: LibraryUnavailable,
  UnsupportedFormat: LibraryUnavailable,
  /** A name that is written once holds another attempt's content: this one must not be committed. */
  ConflictingObject: FenceRaised,
  IncompleteMap: MissingObject,
  TransientFailure,
};

/** The error by which an order ends. Whatever is not known for good is worth another try, which the machine bounds. */
export const asOrderError = (error: unknown): HoldfastError => {
  if (error instanceof HoldfastError) return error;
  if (error instanceof ZodError)
    return new InvalidRequest(`the order's documents do not fit this node's version: ${error.message}`, { cause: error });
  if (!(error instanceof Error)) return new TransientFailure(String(error));
  const Known = Object.hasOwn(translated, error.name) ? translated[error.name] : undefined;
  // The original name stays in the message where the contract's is another.
  if (Known) {
    const message = Known.name === error.name ? error.message : `${error.name}: ${error.message}`;
    return new Known(message, { cause: error });
  }
  return new TransientFailure(`${error.name}: ${error.message}`, { cause: error });
};
