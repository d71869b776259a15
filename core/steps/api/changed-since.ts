import type { ZodObject } from 'zod';
import { canonicalJson } from '../../domain/audit-chain.ts';
import { Conflict } from '../../domain/errors.ts';
import { time } from '../../domain/view-fields.ts';

/** What a caller may say of what it has read. */
export interface AsRead {
  /** The `updatedAt` that it was answered. Absent: whatever it has become meanwhile is written over. */
  readonly ifUpdatedAt?: string | undefined;
}

/** `updatedAt`: ms since 1970. */
export const changedSince = (what: 'plan' | 'VM group', { updatedAt }: { readonly updatedAt: number }): Conflict =>
  new Conflict(`The ${what} was changed at ${time(updatedAt)}, after it was read.`, {
    field: 'ifUpdatedAt',
    remedy: 'Read it again, and change it as it is now.',
  });

export const isChangedSince = (there: { readonly updatedAt: number }, { ifUpdatedAt }: AsRead): boolean =>
  ifUpdatedAt !== undefined && Date.parse(ifUpdatedAt) !== there.updatedAt;

/** Whether all that can be set of what is there is what is asked for: it came before, and its answer was lost. */
export const isAsAsked = (shape: ZodObject, there: object, asked: object): boolean =>
  canonicalJson(shape.strip().parse(there)) === canonicalJson(shape.strip().parse(asked));
