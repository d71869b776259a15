/**
 * A key service that wraps small secrets (up to 4 KiB) for one tenant. The context is bound to the wrapped bytes: with
 * any other context, or another service key, `unwrap` throws `WrongKey`.
 */
export interface KeyWrapper {
  /** Names the wrapping key, for people: a KMS key's ARN. */
  readonly name: string;
  wrap(plain: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array, context: Readonly<Record<string, string>>): Promise<Uint8Array>;
}
