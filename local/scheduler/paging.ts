import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';

export const pageInput = {
  NextToken: z.string().min(1).max(2048).optional(),
  MaxResults: z.coerce.number().int().min(1).max(100).optional(),
};

/** One page of what comes in order of ARN. The token names the last one shown. Throws ValidationException. */
export const pageOf = <T extends { readonly arn: string }>(
  all: readonly T[],
  { NextToken, MaxResults = 100 }: { NextToken?: string | undefined; MaxResults?: number | undefined },
): { readonly page: readonly T[]; readonly next: { readonly NextToken?: string } } => {
  const last = NextToken === undefined ? undefined : Buffer.from(NextToken, 'base64url').toString();
  if (last !== undefined && !last.startsWith('arn:aws:scheduler:'))
    throw new AwsError('ValidationException', 'Invalid NextToken.', 400);
  const rest = last === undefined ? all : all.filter(({ arn }) => arn > last);
  const page = rest.slice(0, MaxResults);
  const end = page.at(-1);
  const more = end !== undefined && page.length < rest.length;
  return { page, next: more ? { NextToken: Buffer.from(end.arn).toString('base64url') } : {} };
};
