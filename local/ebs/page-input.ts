import { z } from 'zod';
import { invalid } from './errors.ts';

/** What both lists know; numbers come as text. */
export const pageInput = {
  pageToken: z.string().min(1).optional(),
  maxResults: z.string().optional(),
  startingBlockIndex: z.string().optional(),
};

export interface PageWish {
  readonly size: number;
  readonly start: number;
}

export const readPage = (input: {
  maxResults?: string | undefined;
  startingBlockIndex?: string | undefined;
}): PageWish => ({
  size: whole('MaxResults', input.maxResults ?? '10000', 100, 10_000),
  start: whole('StartingBlockIndex', input.startingBlockIndex ?? '0', 0, 2 ** 31 - 1),
});

export const whole = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw invalid('INVALID_PARAMETER_VALUE', `${name} must be a whole number from ${least} to ${most}.`);
};

/** The query as an object, so that the schema sees, and refuses, what it does not know. */
export const queryOf = (query: URLSearchParams): Record<string, string> => {
  const { 'x-id': _, ...rest } = Object.fromEntries(query);
  return rest;
};
