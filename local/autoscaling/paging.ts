import { AwsError } from '../kernel/errors.ts';

/** One page of rows that come in order of key. The token names the last key shown, so that changes shift nothing. */
export const pageOf = <T>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  input: { MaxRecords?: number | undefined; NextToken?: string | undefined },
): { page: T[]; NextToken?: string } => {
  const after = input.NextToken === undefined ? undefined : readToken(input.NextToken);
  const rest = after === undefined ? [...rows] : rows.slice(rows.findIndex((row) => keyOf(row) === after) + 1);
  const page = rest.slice(0, Math.min(input.MaxRecords ?? 50, 100));
  const last = page.at(-1);
  return { page, ...(last && page.length < rest.length && { NextToken: writeToken(keyOf(last)) }) };
};

const writeToken = (key: string): string => Buffer.from(`after ${key}`).toString('base64url');

const readToken = (token: string): string => {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('after ')) throw new AwsError('InvalidNextToken', 'The token is not valid.');
  return text.slice(6);
};
