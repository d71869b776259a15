/**
 * How a route is written: its method, path, query, body and answer. Every POST takes an `Idempotency-Key` header: asked
 * again with the same key and body, it answers as it did and does nothing. What removes by a token, and what takes something
 * out, does nothing either, but says that the plan is another one by now, or that it is not there.
 */
import { z } from 'zod';

/** The query of what is listed page by page; `next` as the page before answered it. */
export const List = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(25),
  next: z.string().min(1).max(2_048).optional(),
});

/** No query. */
export const none = z.strictObject({});

/**
 * Refused (409) if it was changed after the `updatedAt` that the caller was answered, and is not what is asked for: a request
 * whose answer was lost is sent again as it is. Absent: it is written over.
 */
export const AsRead = z.strictObject({ ifUpdatedAt: z.iso.datetime().optional() });

export const get = <const Path extends string, Query extends z.ZodType, Answer extends z.ZodType>(
  path: Path,
  query: Query,
  answer: Answer,
) => ({ method: 'GET', path, query, body: undefined, status: 200, answer }) as const;

export const send = <
  const Method extends 'POST' | 'PUT',
  const Path extends string,
  const Status extends number,
  Body extends z.ZodType | undefined,
  Answer extends z.ZodType,
>(
  method: Method,
  path: Path,
  status: Status,
  body: Body,
  answer: Answer,
) => ({ method, path, query: none, body, status, answer }) as const;

export const remove = <const Path extends string, Answer extends z.ZodType>(path: Path, answer: Answer) =>
  ({ method: 'DELETE', path, query: none, body: undefined, status: 200, answer }) as const;

/** Where two-person approval is on it answers 202 with `pending`, and does nothing until a second person has approved it. */
export const guarded = <const Guarded extends object, Pending extends z.ZodType>(route: Guarded, pending: Pending) =>
  ({ ...route, pending }) as const;
