/** The time and the names of new things come in, so that steps can be run in virtual time and replayed. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export interface Ids {
  /** A fresh UUIDv7, lower case. */
  uuid(): string;
}
