import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';

export const marker = z.string().min(1).optional();
export const maxItems = z
  .string()
  .regex(/^\d{1,4}$/, 'must be a number')
  .transform(Number)
  .refine((it) => it >= 1 && it <= 1_000, 'must be from 1 to 1000')
  .optional();

const USUAL_ITEMS = 100;

/** One page of what comes in a fixed order; the marker says how many were shown before. */
export const pageOf = <T>(
  items: readonly T[],
  { Marker, MaxItems = USUAL_ITEMS }: { Marker?: string | undefined; MaxItems?: number | undefined },
): { page: readonly T[]; IsTruncated: boolean; Marker?: string } => {
  const start = Marker === undefined ? 0 : read(Marker);
  const page = items.slice(start, start + MaxItems);
  const next = start + page.length;
  return next < items.length
    ? { page, IsTruncated: true, Marker: Buffer.from(`after ${next}`).toString('base64url') }
    : { page, IsTruncated: false };
};

const read = (marker: string): number => {
  const [, count] = /^after (\d{1,9})$/.exec(Buffer.from(marker, 'base64url').toString()) ?? [];
  if (count === undefined) throw new AwsError('InvalidInput', 'Invalid Marker.');
  return Number(count);
};
