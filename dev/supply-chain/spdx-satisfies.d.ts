declare module 'spdx-satisfies' {
  /** Whether the licences of `allowed` are enough to use what is under `expression`. Throws where it is no SPDX expression. */
  export default function satisfies(expression: string, allowed: readonly string[]): boolean;
}
