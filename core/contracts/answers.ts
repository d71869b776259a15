/** What the API answers whatever was asked: a page of a list, a problem. */
import { z } from 'zod';
import { JobId } from './ids.ts';

export const listOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), next: z.string().optional() });

/** RFC 9457, with our members. */
export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** The error's name, e.g. `NotFound`. */
  code: z.string(),
  detail: z.string(),
  field: z.string().optional(),
  remedy: z.string().optional(),
  jobId: JobId.optional(),
});
export type Problem = z.infer<typeof Problem>;
