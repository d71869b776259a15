import type { Sha256 } from '../ports/control.ts';

/** An id that the same parts always give: a step that runs again makes nothing twice. */
export const derivedId = (sha256: Sha256, prefix: string, ...parts: readonly (string | number)[]): string =>
  `${prefix}-${sha256(JSON.stringify(parts)).slice(0, 32)}`;
