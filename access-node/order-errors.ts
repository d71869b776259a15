import { ZodError } from 'zod';
import {
  FenceRaised,
  HoldfastError,
  InvalidRequest,
  LibraryBusy,
  LibraryDamaged,
  LibraryUnavailable,
  MissingObject,
  TransientFailure,
} from '../core/domain/errors.ts';
import { UnknownKey } from '../library/errors.ts';

/** The library's errors that are none of the contract's, under the names that the state machines know. */
const translated: Readonly<Record<string, new (message: string, detail: { cause: unknown }) => HoldfastError>> = {
  WrongKey: LibraryUnavailable,
  UnsupportedFormat: LibraryUnavailable,
  /** A name that is written once holds another attempt's content: this one must not be committed. */
  ConflictingObject: FenceRaised,
  IncompleteMap: MissingObject,
  LibraryBusy,
  MaintenanceTakenOver: LibraryBusy,
  LibraryDamaged,
  /** The broker says that the order is not this node's any more. */
  BrokerRefused: FenceRaised,
};

/** The error by which an order ends. Whatever is not known for good is worth another try, which the machine bounds. */
export const asOrderError = (error: unknown): HoldfastError => {
  // Not damage: a data key was added while the order ran, and its next try opens the library with it.
  if (error instanceof UnknownKey) return new TransientFailure(error.message, { cause: error });
  if (error instanceof HoldfastError) return error;
  if (error instanceof ZodError)
    return new InvalidRequest(`the order's documents do not fit this node's version: ${error.message}`, {
      cause: error,
    });
  if (!(error instanceof Error)) return new TransientFailure(String(error));
  const Known = Object.hasOwn(translated, error.name) ? translated[error.name] : undefined;
  const message = `${error.name}: ${error.message}`;
  return Known ? new Known(message, { cause: error }) : new TransientFailure(message, { cause: error });
};
