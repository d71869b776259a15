import { AwsError } from '../kernel/errors.ts';

export interface PageLimits {
  readonly least: number;
  readonly most: number;
}

/**
 * One page of resources that come in order of id. The token names the last id shown, so that what is added or removed
 * between two calls shifts nothing.
 */
export const pageOf = <T extends { readonly id: string }>(
  resources: Iterable<T>,
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  { least, most }: PageLimits,
): { page: T[]; nextToken?: string } => {
  const { MaxResults, NextToken } = input;
  if (MaxResults !== undefined && MaxResults < least) {
    const what = `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value greater than ${least}.`;
    throw new AwsError('InvalidParameterValue', what);
  }
  const after = NextToken === undefined ? '' : readToken(NextToken);
  const ordered = [...resources].filter(({ id }) => id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
  const size =
    MaxResults === undefined ? (NextToken === undefined ? ordered.length : most) : Math.min(MaxResults, most);
  const page = ordered.slice(0, size);
  const last = page.at(-1);
  return { page, ...(ordered.length > page.length && last && { nextToken: writeToken(last.id) }) };
};

const writeToken = (id: string): string => Buffer.from(`after ${id}`).toString('base64url');

const readToken = (token: string): string => {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('after ')) throw new AwsError('InvalidNextToken', 'The token is not valid.');
  return text.slice(6);
};
