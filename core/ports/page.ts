export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; absent at the end. */
  readonly next?: string;
}

export interface PageRequest {
  readonly limit: number;
  readonly next?: string;
}
